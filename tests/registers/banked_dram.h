// SPDX-License-Identifier: Apache-2.0
// Channels, banks and open rows, stepped in every cycle of the DRAM's clock: each granted request
// closes and opens its row and gives its column commands in the first cycles in which the banks'
// and the channel's timers let it. No command's cycle is computed ahead.
#pragma once

#include <array>
#include <deque>
#include <vector>

#include "tests/registers/dram.h"
#include "tests/registers/other_masters.h"

namespace npusim::registers {

/// Every time in cycles of the DRAM's clock.
struct DramTimes {
  std::int64_t rcd, rp, ras, rrd, faw, rtp, wr, wtr, rfc, refi, controller;
};

/// One channel.
class DramChannel {
 public:
  struct Command {  // a granted request, or a refresh of all banks
    bool refresh = false;
    bool is_write = false;
    std::size_t requester = 0;
    DramRequest request;
    std::int64_t bank = 0, row = 0;
    std::int64_t due = 0;                // of a refresh
    bool closes = false, opens = false;  // still to do
    std::int64_t columns_left = 0;
    std::int64_t next_column = -1;  // the cycle of the next column command; -1: not begun
    std::int64_t data_end = -1;     // once the first column command is given
    std::int64_t done_cycle = -1;   // of a refresh: its end
  };

  DramChannel(const config::DramTimingConfig& timing, const DramTimes& times);

  /// A refresh that is due; grants behind it find all rows closed.
  void refresh(std::int64_t cycle);
  bool has_room(std::int64_t cycle) const;
  /// Takes a request at the end of the order and counts what it finds.
  void grant(Command command, stats::DramResult& result);
  /// One cycle of all commands, in their order. Returns the requests whose data end became known.
  std::vector<Command> step(std::int64_t cycle);

 private:
  static constexpr std::int64_t kNever = -(std::int64_t{1} << 40);
  struct Bank {
    std::int64_t granted_row = -1;  // open behind everything granted; -1: none
    bool open = false;              // now
    std::int64_t opened = kNever, closed = kNever, last_read = kNever, write_end = kNever;
  };
  bool may_close(const Bank& bank, std::int64_t cycle) const;
  bool may_open(const Bank& bank, std::int64_t cycle) const;
  bool may_begin(const Command& command, std::int64_t cycle) const;
  bool step_refresh(Command& command, bool ready, std::int64_t cycle);
  void step_request(Command& command, std::size_t place, std::int64_t cycle);
  void begin_columns(Command& command, std::int64_t cycle);
  bool bank_is_free(std::size_t place) const;
  bool rows_opened(std::size_t place) const;
  bool columns_given(std::size_t place) const;

  const config::DramTimingConfig& timing_;
  DramTimes times_;
  std::vector<Bank> banks_;
  std::deque<Command> order_;           // not all column commands given, or data not ended
  std::array<std::int64_t, 4> opened_;  // the last four openings, oldest first
  std::int64_t refresh_end_ = kNever;
  std::int64_t last_column_ = kNever;
  std::int64_t data_end_ = 0;
  bool last_was_write_ = false, last_was_any_ = false;
  bool granted_any_ = false, granted_write_ = false;
  std::int64_t refreshes_asked_ = 0;  // since the last grant
};

class BankedDram : public Dram {
 public:
  BankedDram(const sc_core::sc_module_name& name, Context& context, Clock& clock);

 private:
  struct Waiting {
    std::size_t requester;
    std::int64_t visible;  // DRAM cycle
    DramRequest request;
  };
  void serve() override;
  void take_requests();
  void step_channel(std::size_t channel);
  void grant(std::size_t channel, std::size_t requester);
  DramChannel::Command master_command(std::size_t channel);
  std::int64_t place(std::uint64_t address, DramChannel::Command& command) const;
  std::int64_t rows() const;

  const config::DramTimingConfig& timing_;
  DramTimes times_;
  std::vector<DramChannel> channels_;
  std::vector<OtherMasters> others_;                                   // by channel
  std::vector<std::array<std::deque<Waiting>, kRequesters>> waiting_;  // by channel
  std::int64_t next_refresh_ = 0;
  std::int64_t cycle_ = 0;  // of the DRAM, the next one to step
};

}  // namespace npusim::registers
