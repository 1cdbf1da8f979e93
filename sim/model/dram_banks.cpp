// SPDX-License-Identifier: Apache-2.0
#include "sim/model/dram_banks.h"

#include <algorithm>

#include "sim/model/dram_clock.h"

namespace npusim::model {

BankTimings::BankTimings(const config::DramTimingConfig& timing) {
  constexpr std::int64_t kPicosecondsPerSecond = 1'000'000'000'000;
  const auto in_cycles = [&](std::int64_t ps) {
    return ceil_product(ps, timing.clock_hz, kPicosecondsPerSecond);
  };
  burst = timing.burst_cycles;
  ccd = timing.ccd_cycles;
  read_latency = timing.read_latency_cycles;
  write_latency = timing.write_latency_cycles;
  read_to_write = timing.read_to_write_cycles;
  rcd = in_cycles(timing.rcd_ps);
  rp = in_cycles(timing.rp_ps);
  ras = in_cycles(timing.ras_ps);
  rrd = in_cycles(timing.rrd_ps);
  faw = in_cycles(timing.faw_ps);
  rtp = in_cycles(timing.rtp_ps);
  wr = in_cycles(timing.wr_ps);
  wtr = in_cycles(timing.wtr_ps);
  rfc = in_cycles(timing.rfc_ps);
  refi = in_cycles(timing.refi_ps);
  controller = in_cycles(timing.controller_latency_ps);
}

std::int64_t BankTimings::least_cycles() const {
  return std::min(read_latency, write_latency) + burst + controller;
}

DramBanks::DramBanks(std::int64_t banks, const BankTimings& timings)
    : t_(timings), banks_(static_cast<std::size_t>(banks)) {
  openings_.fill(kLongAgo);
}

std::int64_t DramBanks::closable(const Bank& bank) const {
  return std::max({bank.opened + t_.ras, bank.last_read + t_.rtp, bank.last_write_end + t_.wr});
}

void DramBanks::refresh_until(std::int64_t grant) {
  if (t_.refi == 0) return;
  for (; next_refresh_ * t_.refi <= grant; ++next_refresh_) refresh(next_refresh_ * t_.refi);
}

void DramBanks::refresh(std::int64_t due) {
  std::int64_t begin = std::max({due, refresh_end_, data_end_});
  bool any_open = false;
  for (const Bank& bank : banks_) {
    if (!bank.open) continue;
    any_open = true;
    begin = std::max(begin, closable(bank));
  }
  if (any_open) begin += t_.rp;
  for (Bank& bank : banks_) {
    if (bank.open) bank.closed = begin - t_.rp;
    bank.open = false;
  }
  refresh_end_ = begin + t_.rfc;
  ++counters_.refreshes;
}

// Returns the first cycle in which the row takes a column command.
std::int64_t DramBanks::open_row(Bank& bank, std::int64_t row, std::int64_t grant) {
  ++(bank.open ? counters_.row_conflicts : counters_.row_misses);
  if (bank.open) bank.closed = std::max(grant, closable(bank));
  bank.open = true;
  bank.row = row;
  bank.opened = std::max({grant, refresh_end_, bank.closed + t_.rp, last_opening_ + t_.rrd,
                          openings_[next_opening_] + t_.faw});
  last_opening_ = bank.opened;
  openings_[next_opening_] = bank.opened;
  next_opening_ = (next_opening_ + 1) % openings_.size();
  return bank.opened + t_.rcd;
}

std::int64_t DramBanks::first_column(const ColumnAccess& access, std::int64_t earliest) const {
  const std::int64_t latency = access.write ? t_.write_latency : t_.read_latency;
  std::int64_t column = std::max({earliest, last_column_ + t_.ccd, data_end_ - latency});
  if (access.write && any_before_ && !last_was_write_) {
    column = std::max(column, data_end_ + t_.read_to_write - latency);
  }
  if (!access.write && last_was_write_) column = std::max(column, data_end_ + t_.wtr);
  return column;
}

std::int64_t DramBanks::access(std::int64_t grant, const ColumnAccess& access) {
  refresh_until(grant);
  Bank& bank = banks_[static_cast<std::size_t>(access.bank)];
  std::int64_t earliest = grant;
  if (bank.open && bank.row == access.row) {
    ++counters_.row_hits;
  } else {
    earliest = open_row(bank, access.row, grant);
  }
  const std::int64_t column = first_column(access, earliest);
  const std::int64_t latency = access.write ? t_.write_latency : t_.read_latency;
  if (any_before_ && last_was_write_ != access.write) ++counters_.read_write_turnarounds;
  any_before_ = true;
  last_was_write_ = access.write;
  last_column_ = column + (access.commands - 1) * t_.ccd;
  data_end_ = last_column_ + latency + t_.burst;
  if (access.write) {
    bank.last_write_end = data_end_;
  } else {
    bank.last_read = last_column_;
  }
  return data_end_;
}

}  // namespace npusim::model
