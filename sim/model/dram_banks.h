// SPDX-License-Identifier: Apache-2.0
// The banks and the data bus of one channel: what the commands of a granted request cost. Section 3
// of docs/timing-model.md, "Commands" and "Refresh". Cycles are those of the DRAM's clock.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim/model/bank_timings.h"

namespace npusim::model {

/// One request's column commands.
struct ColumnAccess {
  std::int64_t bank = 0;
  std::int64_t row = 0;
  std::int64_t commands = 1;  // CCD apart
  bool write = false;
};

struct DramCounters {
  std::int64_t row_hits = 0, row_misses = 0, row_conflicts = 0;
  std::int64_t refreshes = 0;
  std::int64_t read_write_turnarounds = 0;
};

class DramBanks {
 public:
  DramBanks(std::int64_t banks, const BankTimings& timings);

  /// Makes the refreshes that are due and the commands of a request granted in `grant`, which never
  /// decreases. Returns its data end.
  std::int64_t access(std::int64_t grant, const ColumnAccess& access);

  const DramCounters& counters() const { return counters_; }

 private:
  // Long before reset: nothing of the past holds anything back.
  static constexpr std::int64_t kLongAgo = -(std::int64_t{1} << 60);
  static constexpr std::int64_t kFourOpenings = 4;

  struct Bank {
    bool open = false;
    std::int64_t row = 0;
    std::int64_t opened = kLongAgo;
    std::int64_t closed = kLongAgo;
    std::int64_t last_read = kLongAgo;       // command
    std::int64_t last_write_end = kLongAgo;  // of its data
  };
  std::int64_t closable(const Bank& bank) const;
  void refresh_until(std::int64_t grant);
  void refresh(std::int64_t due);
  std::int64_t open_row(Bank& bank, std::int64_t row, std::int64_t grant);
  std::int64_t first_column(const ColumnAccess& access, std::int64_t earliest) const;

  BankTimings t_;
  std::vector<Bank> banks_;
  std::array<std::int64_t, kFourOpenings> openings_;  // the channel's last, oldest at next_opening_
  std::size_t next_opening_ = 0;
  std::int64_t last_opening_ = kLongAgo;
  std::int64_t last_column_ = kLongAgo;
  std::int64_t data_end_ = kLongAgo;
  std::int64_t refresh_end_ = kLongAgo;
  std::int64_t next_refresh_ = 1;
  bool any_before_ = false;
  bool last_was_write_ = false;
  DramCounters counters_;
};

}  // namespace npusim::model
