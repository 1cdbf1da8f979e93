// SPDX-License-Identifier: Apache-2.0
#include "tests/registers/banked_dram.h"

#include <algorithm>
#include <utility>

namespace npusim::registers {
namespace {

std::int64_t ceil_product(std::int64_t a, std::int64_t b, std::int64_t c) {
  return static_cast<std::int64_t>((static_cast<__int128>(a) * b + c - 1) / c);
}

DramTimes times_of(const config::DramTimingConfig& t) {
  const auto cycles = [&](std::int64_t ps) {
    return ceil_product(ps, t.clock_hz, 1'000'000'000'000);
  };
  return {cycles(t.rcd_ps),
          cycles(t.rp_ps),
          cycles(t.ras_ps),
          cycles(t.rrd_ps),
          cycles(t.faw_ps),
          cycles(t.rtp_ps),
          cycles(t.wr_ps),
          cycles(t.wtr_ps),
          cycles(t.rfc_ps),
          cycles(t.refi_ps),
          cycles(t.controller_latency_ps)};
}

}  // namespace

DramChannel::DramChannel(const config::DramTimingConfig& timing, const DramTimes& times)
    : timing_(timing), times_(times), banks_(static_cast<std::size_t>(timing.banks)) {
  opened_.fill(kNever);
}

void DramChannel::refresh(std::int64_t cycle) {
  Command command;
  command.refresh = true;
  command.due = cycle;
  order_.push_back(std::move(command));
  for (Bank& bank : banks_) bank.granted_row = -1;
  ++refreshes_asked_;
}

bool DramChannel::has_room(std::int64_t cycle) const {
  const auto ahead = std::count_if(order_.begin(), order_.end(), [&](const Command& command) {
    return !command.refresh && (command.data_end < 0 || command.data_end > cycle);
  });
  return ahead < timing_.lookahead;
}

void DramChannel::grant(Command command, stats::DramResult& result) {
  Bank& bank = banks_[static_cast<std::size_t>(command.bank)];
  const bool hit = bank.granted_row == command.row;
  command.closes = !hit && bank.granted_row >= 0;
  command.opens = !hit;
  bank.granted_row = command.row;
  ++(hit ? result.row_hits : command.closes ? result.row_conflicts : result.row_misses);
  if (granted_any_ && granted_write_ != command.is_write) ++result.read_write_turnarounds;
  granted_any_ = true;
  granted_write_ = command.is_write;
  result.refreshes += refreshes_asked_;
  refreshes_asked_ = 0;
  order_.push_back(std::move(command));
}

std::vector<DramChannel::Command> DramChannel::step(std::int64_t cycle) {
  std::vector<Command> known;
  for (std::size_t i = 0; i < order_.size(); ++i) {
    Command& command = order_[i];
    if (command.refresh) {
      // Everything behind it waits for its end.
      if (!step_refresh(command, columns_given(i), cycle)) break;
      continue;
    }
    const bool was_known = command.data_end >= 0;
    step_request(command, i, cycle);
    if (!was_known && command.data_end >= 0) known.push_back(command);
  }
  while (!order_.empty()) {
    const Command& first = order_.front();
    const bool over = first.refresh ? first.done_cycle >= 0 && first.done_cycle <= cycle
                                    : first.columns_left == 0 && first.data_end <= cycle;
    if (!over) break;
    order_.pop_front();
  }
  return known;
}

/// Whether it is over. `ready`: everything before it has given its column commands.
bool DramChannel::step_refresh(Command& command, bool ready, std::int64_t cycle) {
  if (command.done_cycle >= 0) return cycle >= command.done_cycle;
  if (!ready || cycle < command.due || cycle < refresh_end_ || cycle < data_end_) return false;
  bool any_open = false;
  for (const Bank& bank : banks_) {
    if (!bank.open) continue;
    if (!may_close(bank, cycle)) return false;
    any_open = true;
  }
  for (Bank& bank : banks_) {
    if (bank.open) bank.closed = cycle;
    bank.open = false;
  }
  command.done_cycle = cycle + (any_open ? times_.rp : 0) + times_.rfc;
  refresh_end_ = command.done_cycle;
  return cycle >= command.done_cycle;
}

void DramChannel::step_request(Command& command, std::size_t place, std::int64_t cycle) {
  Bank& bank = banks_[static_cast<std::size_t>(command.bank)];
  if (command.closes && bank_is_free(place) && may_close(bank, cycle)) {
    bank.open = false;
    bank.closed = cycle;
    command.closes = false;
  }
  if (command.opens && !command.closes && bank_is_free(place) && rows_opened(place) &&
      may_open(bank, cycle)) {
    bank.open = true;
    bank.opened = cycle;
    std::rotate(opened_.begin(), opened_.begin() + 1, opened_.end());
    opened_.back() = cycle;
    command.opens = false;
  }
  if (command.columns_left == 0) return;
  if (command.next_column < 0) {
    if (command.opens || !columns_given(place) || !may_begin(command, cycle)) return;
    begin_columns(command, cycle);
  }
  if (cycle != command.next_column) return;
  check(bank.open, "a column command meets a closed row");
  last_column_ = cycle;
  if (command.is_write) {
    bank.write_end = command.data_end;
  } else {
    bank.last_read = cycle;
  }
  --command.columns_left;
  command.next_column += timing_.ccd_cycles;
}

void DramChannel::begin_columns(Command& command, std::int64_t cycle) {
  const std::int64_t data_begin =
      cycle + (command.is_write ? timing_.write_latency_cycles : timing_.read_latency_cycles);
  command.next_column = cycle;
  command.data_end =
      data_begin + (command.columns_left - 1) * timing_.ccd_cycles + timing_.burst_cycles;
  data_end_ = command.data_end;
  last_was_write_ = command.is_write;
  last_was_any_ = true;
}

bool DramChannel::may_close(const Bank& bank, std::int64_t cycle) const {
  return cycle >= bank.opened + times_.ras && cycle >= bank.last_read + times_.rtp &&
         cycle >= bank.write_end + times_.wr;
}

bool DramChannel::may_open(const Bank& bank, std::int64_t cycle) const {
  return cycle >= bank.closed + times_.rp && cycle >= refresh_end_ &&
         cycle >= opened_.back() + times_.rrd && cycle >= opened_.front() + times_.faw;
}

bool DramChannel::may_begin(const Command& command, std::int64_t cycle) const {
  const Bank& bank = banks_[static_cast<std::size_t>(command.bank)];
  if (cycle < bank.opened + times_.rcd || cycle < last_column_ + timing_.ccd_cycles) return false;
  const std::int64_t data_begin =
      cycle + (command.is_write ? timing_.write_latency_cycles : timing_.read_latency_cycles);
  if (data_begin < data_end_) return false;
  if (!last_was_any_ || last_was_write_ == command.is_write) return true;
  return command.is_write ? data_begin >= data_end_ + timing_.read_to_write_cycles
                          : cycle >= data_end_ + times_.wtr;
}

/// Whether no earlier request has to do with the bank any more.
bool DramChannel::bank_is_free(std::size_t place) const {
  return std::all_of(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(place),
                     [&](const Command& command) {
                       return command.refresh || command.bank != order_[place].bank ||
                              command.columns_left == 0;
                     });
}

/// Openings keep the order of the grants.
bool DramChannel::rows_opened(std::size_t place) const {
  return std::none_of(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(place),
                      [](const Command& command) { return command.opens; });
}

bool DramChannel::columns_given(std::size_t place) const {
  return std::all_of(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(place),
                     [](const Command& command) { return command.columns_left == 0; });
}

BankedDram::BankedDram(const sc_core::sc_module_name& name, Context& context, Clock& clock)
    : Dram(name, context, clock),
      timing_(context.hardware.dram.timing),
      times_(times_of(timing_)),
      waiting_(static_cast<std::size_t>(timing_.channels)),
      next_refresh_(times_.refi) {
  const std::int64_t bursts = ceil_div(context.hardware.dma.burst_bytes, timing_.burst_bytes);
  for (std::int64_t c = 0; c < timing_.channels; ++c) {
    channels_.emplace_back(timing_, times_);
    others_.emplace_back(context.hardware.dram.other_masters, c, bursts * timing_.ccd_cycles);
  }
}

void BankedDram::serve() {
  take_requests();
  // The DRAM's cycles that begin in this cycle of the NPU.
  const std::int64_t npu_hz = context_.hardware.clock_hz;
  while (static_cast<__int128>(cycle_) * npu_hz / timing_.clock_hz <= clock_.cycle()) {
    const bool refresh = times_.refi > 0 && cycle_ == next_refresh_;
    if (refresh) next_refresh_ += times_.refi;
    for (std::size_t c = 0; c < channels_.size(); ++c) {
      if (refresh) channels_[c].refresh(cycle_);
      step_channel(c);
    }
    ++cycle_;
  }
}

/// Each requester hands over at most one request in a cycle of the NPU.
void BankedDram::take_requests() {
  const std::int64_t visible =
      ceil_product(clock_.cycle(), timing_.clock_hz, context_.hardware.clock_hz);
  for (std::size_t r = 1; r < kRequesters; ++r) {
    if (ports_[r].requests.empty()) continue;
    const DramRequest& request = ports_[r].requests.head();
    DramChannel::Command unused;
    const std::int64_t channel = place(request.address, unused);
    waiting_[static_cast<std::size_t>(channel)][r].push_back({r, visible, request});
    ports_[r].requests.pop();
  }
}

void BankedDram::step_channel(std::size_t channel) {
  others_[channel].step(cycle_);
  std::array<bool, kRequesters> waits{};
  waits[0] = others_[channel].waits();
  for (std::size_t r = 1; r < kRequesters; ++r) {
    waits[r] = !waiting_[channel][r].empty() && waiting_[channel][r].front().visible <= cycle_;
  }
  meet(waits);
  if (channels_[channel].has_room(cycle_)) {
    const auto* first = std::find(waits.begin(), waits.end(), true);
    if (first != waits.end()) grant(channel, static_cast<std::size_t>(first - waits.begin()));
  }
  for (const DramChannel::Command& command : channels_[channel].step(cycle_)) {
    if (command.requester == 0) continue;
    complete(command.requester, command.request,
             ceil_product(command.data_end + times_.controller, context_.hardware.clock_hz,
                          timing_.clock_hz));
  }
}

void BankedDram::grant(std::size_t channel, std::size_t requester) {
  if (requester == 0) {
    channels_[channel].grant(master_command(channel), context_.result.dram);
    ++context_.result.dram.other_masters_requests;
    return;
  }
  DramChannel::Command command;
  command.requester = requester;
  command.request = std::move(waiting_[channel][requester].front().request);
  waiting_[channel][requester].pop_front();
  const DramRequest& request = command.request;
  command.is_write = request.is_write;
  place(request.address, command);
  const auto first = static_cast<std::int64_t>(request.address);
  const std::int64_t bytes = request.charged_whole ? request.granule_bytes : request.bytes;
  command.columns_left =
      (first + bytes - 1) / timing_.burst_bytes - first / timing_.burst_bytes + 1;
  count(request, (command.columns_left - 1) * timing_.ccd_cycles + timing_.burst_cycles);
  channels_[channel].grant(std::move(command), context_.result.dram);
}

DramChannel::Command BankedDram::master_command(std::size_t channel) {
  const std::uint64_t u = others_[channel].take();
  DramChannel::Command command;
  command.bank = static_cast<std::int64_t>(u % static_cast<std::uint64_t>(timing_.banks));
  command.row = static_cast<std::int64_t>((u >> 32) % static_cast<std::uint64_t>(rows()));
  command.columns_left = ceil_div(context_.hardware.dma.burst_bytes, timing_.burst_bytes);
  return command;
}

std::int64_t BankedDram::rows() const {
  return ceil_div(context_.hardware.dram.bytes,
                  timing_.channels * timing_.banks * timing_.row_bytes);
}

/// Sets bank and row; returns the channel.
std::int64_t BankedDram::place(std::uint64_t address, DramChannel::Command& command) const {
  auto left = static_cast<std::int64_t>(address) / timing_.interleave_bytes;
  std::int64_t channel = 0;
  for (std::size_t i = timing_.address_mapping.size(); i-- > 0;) {
    const auto field = [&](std::int64_t size) {
      const std::int64_t value = left % size;
      left /= size;
      return value;
    };
    switch (timing_.address_mapping[i]) {
      case config::AddressField::row:
        command.row = field(rows());
        break;
      case config::AddressField::bank:
        command.bank = field(timing_.banks);
        break;
      case config::AddressField::column:
        field(timing_.row_bytes / timing_.interleave_bytes);
        break;
      case config::AddressField::channel:
        channel = field(timing_.channels);
        break;
    }
  }
  return channel;
}

}  // namespace npusim::registers
