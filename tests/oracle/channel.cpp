// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/channel.h"

#include <algorithm>

namespace npusim::oracle {

Channel::Channel(const BankTiming& timing, const OtherMasters& others, stats::DramResult& result)
    : timing_(timing),
      others_(others),
      result_(result),
      banks_(static_cast<std::size_t>(timing.banks)) {}

void Channel::accept(Requester requester, Request& request, const Place& place) {
  waiting_[static_cast<std::size_t>(requester)].push_back({&request, place});
}

void Channel::tick(Cycle g, Cycle now) {
  while (!data_ends_.empty() && data_ends_.front() <= g) data_ends_.pop_front();
  if (static_cast<std::int64_t>(data_ends_.size()) >= timing_.lookahead) return;
  if (others_.visible(g)) {
    const std::int64_t commands = ceil_div(timing_.others_bytes, timing_.burst_bytes);
    serve(g, others_.bank(), others_.row(), commands, false);
    others_.take();
    ++result_.other_masters_requests;
    return;
  }
  for (std::deque<Waiting>& waiting : waiting_) {
    if (waiting.empty() || waiting.front().request->visible > now) continue;
    const Waiting granted = waiting.front();
    waiting.pop_front();
    Request& request = *granted.request;
    const std::int64_t commands = timing_.commands(request.address, request.bytes);
    const Cycle end = serve(g, granted.place.bank, granted.place.row, commands, request.write);
    request.complete = timing_.complete_in(end + timing_.controller);
    ++result_.bursts;
    result_.bus_busy_cycles += (commands - 1) * timing_.ccd + timing_.burst;
    return;
  }
}

Cycle Channel::serve(Cycle g, std::int64_t bank_index, std::int64_t row, std::int64_t commands,
                     bool write) {
  refresh(g);
  Bank& bank = banks_[static_cast<std::size_t>(bank_index)];
  Cycle first = std::max(ready(g, bank, row), last_column_command_ + timing_.ccd);
  const Cycle latency = write ? timing_.wl : timing_.rl;
  Cycle data_from = last_data_end_;
  if (any_ && write != last_was_write_) ++result_.read_write_turnarounds;
  if (any_ && write && !last_was_write_) data_from += timing_.rtw;
  if (any_ && !write && last_was_write_) first = std::max(first, last_data_end_ + timing_.wtr);
  first = std::max(first, data_from - latency);

  const Cycle last = first + (commands - 1) * timing_.ccd;
  const Cycle end = last + latency + timing_.burst;
  if (write) {
    bank.last_write_end = end;
  } else {
    bank.last_read_command = last;
  }
  last_column_command_ = last;
  last_data_end_ = end;
  last_was_write_ = write;
  any_ = true;
  data_ends_.push_back(end);
  return end;
}

Cycle Channel::ready(Cycle g, Bank& bank, std::int64_t row) {
  if (bank.open && bank.row == row) {
    ++result_.row_hits;
    return g;
  }
  ++(bank.open ? result_.row_conflicts : result_.row_misses);
  if (bank.open) bank.closed = std::max(g, closable(bank));
  Cycle at = std::max({g, refresh_end_, bank.closed + timing_.rp});
  if (!openings_.empty()) at = std::max(at, openings_.front() + timing_.rrd);
  if (openings_.size() == 4) at = std::max(at, openings_.back() + timing_.faw);
  open(bank, row, at);
  return at + timing_.rcd;
}

Cycle Channel::closable(const Bank& bank) const {
  return std::max({bank.opened + timing_.ras, bank.last_read_command + timing_.rtp,
                   bank.last_write_end + timing_.wr});
}

void Channel::open(Bank& bank, std::int64_t row, Cycle at) {
  bank.open = true;
  bank.row = row;
  bank.opened = at;
  openings_.push_front(at);
  if (openings_.size() > 4) openings_.pop_back();
}

void Channel::refresh(Cycle g) {
  for (Cycle due = (refreshes_ + 1) * timing_.refi; timing_.refi > 0 && due <= g;
       due += timing_.refi) {
    Cycle begin = std::max({due, refresh_end_, last_data_end_});
    bool any_open = false;
    for (const Bank& bank : banks_) {
      if (!bank.open) continue;
      any_open = true;
      begin = std::max(begin, closable(bank));
    }
    if (any_open) begin += timing_.rp;
    for (Bank& bank : banks_) {
      if (bank.open) bank.closed = begin - timing_.rp;
      bank.open = false;
    }
    refresh_end_ = begin + timing_.rfc;
    ++refreshes_;
    ++result_.refreshes;
  }
}

}  // namespace npusim::oracle
