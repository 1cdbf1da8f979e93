// SPDX-License-Identifier: Apache-2.0
// One channel of a DRAM of banks and rows (section 3, banks): its arbiter and the commands of what
// it grants. All in DRAM cycles.
#pragma once

#include <array>
#include <deque>
#include <vector>

#include "tests/oracle/bank_timing.h"
#include "tests/oracle/dram.h"
#include "tests/oracle/other_masters.h"

namespace npusim::oracle {

class Channel {
 public:
  Channel(const BankTiming& timing, const OtherMasters& others, stats::DramResult& result);

  void accept(Requester requester, Request& request, const Place& place);
  /// Grants what is to be granted in DRAM cycle `g`, which lies in NPU cycle `now`.
  void tick(Cycle g, Cycle now);

 private:
  struct Waiting {
    Request* request = nullptr;
    Place place;
  };
  struct Bank {
    bool open = false;
    std::int64_t row = 0;
    Cycle opened = kLongAgo, closed = kLongAgo;
    Cycle last_read_command = kLongAgo, last_write_end = kLongAgo;
  };
  /// Before every cycle, by more than any parameter.
  static constexpr Cycle kLongAgo = -(Cycle{1} << 40);

  /// The data end of a request granted in g.
  Cycle serve(Cycle g, std::int64_t bank, std::int64_t row, std::int64_t commands, bool write);
  /// The first cycle in which the row may be used, open as it is or opened now.
  Cycle ready(Cycle g, Bank& bank, std::int64_t row);
  Cycle closable(const Bank& bank) const;
  void open(Bank& bank, std::int64_t row, Cycle at);
  void refresh(Cycle g);

  const BankTiming& timing_;
  OtherMasters others_;
  stats::DramResult& result_;
  std::array<std::deque<Waiting>, kRequesters> waiting_;
  std::vector<Bank> banks_;
  std::deque<Cycle> openings_;   // the last four, the latest first
  std::deque<Cycle> data_ends_;  // ascending, of the requests that may still be under way
  Cycle last_column_command_ = kLongAgo, last_data_end_ = kLongAgo;
  bool last_was_write_ = false, any_ = false;
  Cycle refresh_end_ = kLongAgo;
  std::int64_t refreshes_ = 0;
};

}  // namespace npusim::oracle
