// SPDX-License-Identifier: Apache-2.0
// Section 3 of docs/timing-model.md, each timing of each part that ships: a command that waits for
// it is not made in the cycle before, and is made in that cycle. The numbers stand here once more,
// as the data sheets have them in cycles.
#include <gtest/gtest.h>

#include <functional>
#include <ostream>

#include "sim/config/hardware_reader.h"
#include "sim/model/dram_banks.h"
#include "tests/support/support.h"

namespace npusim::test {
namespace {

using model::BankTimings;
using model::ColumnAccess;
using model::DramBanks;

struct Sheet {
  const char* part;
  std::int64_t banks, burst, ccd, rl, wl, rtw;
  std::int64_t rcd, rp, ras, rrd, faw, rtp, wr, wtr, rfc, refi, controller;
};
std::ostream& operator<<(std::ostream& out, const Sheet& sheet) { return out << sheet.part; }

const Sheet kLpddr4{"lpddr4_3200", 8,    8, 8, 28, 14, 8, 29, 29, 68, 16, 64, 12, 29, 16,
                    288,           6247, 32};
const Sheet kDdr4{"ddr4_2400", 16, 4, 4, 16, 12, 2, 16, 16, 39, 4, 26, 9, 18, 3, 420, 9360, 24};
const Sheet kHbm2{"hbm2", 16, 1, 1, 17, 7, 7, 12, 14, 28, 4, 16, 5, 14, 4, 220, 3900, 20};

config::DramTimingConfig part(const std::string& name) {
  return config::read_hardware_config(source_dir() / "configs/npu_32x32.yaml",
                                      {{"--set dram.part", "dram.part", name}})
      .dram.timing;
}

class DramPart : public testing::TestWithParam<Sheet> {
 protected:
  DramPart() : t(GetParam()), config(part(t.part)) {}

  /// A fresh channel without refresh.
  DramBanks fresh() {
    config::DramTimingConfig without = config;
    without.refi_ps = 0;
    return {without.banks, BankTimings(without)};
  }
  std::int64_t latency(bool write) const { return write ? t.wl : t.rl; }
  /// Grants the request; the cycle of its first column command.
  std::int64_t column(DramBanks& banks, std::int64_t grant, const ColumnAccess& a) const {
    return banks.access(grant, a) - t.burst - latency(a.write) - (a.commands - 1) * t.ccd;
  }

  /// What `second` does behind `first` is made in `due`: when granted that early or earlier, and
  /// later by as much as it is granted later. `after` is what lies between grant and column
  /// command.
  void expect_due(const std::function<void(DramBanks&)>& first, const ColumnAccess& second,
                  std::int64_t due, std::int64_t after) {
    for (const std::int64_t late : {-2, -1, 0, 1, 7}) {
      DramBanks banks = fresh();
      first(banks);
      EXPECT_EQ(column(banks, due + late, second), due + std::max<std::int64_t>(late, 0) + after)
          << late;
    }
  }

  const Sheet t;
  const config::DramTimingConfig config;
};

TEST_P(DramPart, CyclesAreThoseOfTheDataSheet) {
  const BankTimings b(config);
  EXPECT_EQ(config.banks, t.banks);
  EXPECT_EQ(b.burst, t.burst);
  EXPECT_EQ(b.ccd, t.ccd);
  EXPECT_EQ(b.read_latency, t.rl);
  EXPECT_EQ(b.write_latency, t.wl);
  EXPECT_EQ(b.read_to_write, t.rtw);
  EXPECT_EQ(b.rcd, t.rcd);
  EXPECT_EQ(b.rp, t.rp);
  EXPECT_EQ(b.ras, t.ras);
  EXPECT_EQ(b.rrd, t.rrd);
  EXPECT_EQ(b.faw, t.faw);
  EXPECT_EQ(b.rtp, t.rtp);
  EXPECT_EQ(b.wr, t.wr);
  EXPECT_EQ(b.wtr, t.wtr);
  EXPECT_EQ(b.rfc, t.rfc);
  EXPECT_EQ(b.refi, t.refi);
  EXPECT_EQ(b.controller, t.controller);
}

TEST_P(DramPart, MissOpensAndReads) {  // RCD, RL, WL and the burst
  DramBanks read = fresh();
  EXPECT_EQ(read.access(5, {0, 3, 1, false}), 5 + t.rcd + t.rl + t.burst);
  DramBanks write = fresh();
  EXPECT_EQ(write.access(5, {0, 3, 1, true}), 5 + t.rcd + t.wl + t.burst);
  DramBanks four = fresh();
  EXPECT_EQ(four.access(5, {0, 3, 4, false}), 5 + t.rcd + t.rl + 3 * t.ccd + t.burst);
  EXPECT_EQ(read.counters().row_misses, 1);
}

TEST_P(DramPart, HitAfterCcd) {
  const auto first = [&](DramBanks& b) { b.access(0, {0, 0, 3, false}); };
  expect_due(first, {0, 0, 1, false}, t.rcd + 3 * t.ccd, 0);
}

TEST_P(DramPart, ConflictAfterRas) {
  // A short read long before: only the opening holds the row.
  const auto first = [&](DramBanks& b) { b.access(0, {0, 0, 1, false}); };
  ASSERT_GE(t.ras, t.rcd + t.rtp);
  expect_due(first, {0, 1, 1, false}, t.ras, t.rp + t.rcd);
}

TEST_P(DramPart, ConflictAfterRtp) {
  const auto first = [&](DramBanks& b) {
    b.access(0, {0, 0, 1, false});
    b.access(1000, {0, 0, 2, false});  // its last command in 1000 + CCD
  };
  expect_due(first, {0, 1, 1, false}, 1000 + t.ccd + t.rtp, t.rp + t.rcd);
}

TEST_P(DramPart, ConflictAfterWr) {
  const auto first = [&](DramBanks& b) {
    b.access(0, {0, 0, 1, true});
    b.access(1000, {0, 0, 1, true});
  };
  expect_due(first, {0, 1, 1, true}, 1000 + t.wl + t.burst + t.wr, t.rp + t.rcd);
}

TEST_P(DramPart, OpeningsOfTwoBanksRrdApart) {
  const auto first = [&](DramBanks& b) { b.access(0, {0, 0, 1, false}); };
  ASSERT_GE(t.rrd, t.ccd);
  expect_due(first, {1, 0, 1, false}, t.rrd, t.rcd);
}

TEST_P(DramPart, FifthOpeningAfterFaw) {
  const auto first = [&](DramBanks& b) {
    for (std::int64_t i = 0; i < 4; ++i) b.access(i * t.rrd, {i, 0, 1, false});
  };
  ASSERT_GE(t.faw, 4 * t.rrd);
  expect_due(first, {4, 0, 1, false}, t.faw, t.rcd);
}

TEST_P(DramPart, ReadAfterWriteWaitsWtr) {
  const auto first = [&](DramBanks& b) {
    b.access(0, {0, 0, 1, false});
    b.access(1000, {0, 0, 1, true});
  };
  expect_due(first, {0, 0, 1, false}, 1000 + t.wl + t.burst + t.wtr, 0);
}

TEST_P(DramPart, WriteAfterReadLeavesTheBusRtw) {
  const auto first = [&](DramBanks& b) {
    b.access(0, {0, 0, 1, false});
    b.access(1000, {0, 0, 1, false});
  };
  // Its data begins RTW behind the read's, or CCD behind its command.
  const std::int64_t due = 1000 + std::max(t.rl + t.burst + t.rtw - t.wl, t.ccd);
  expect_due(first, {0, 0, 1, true}, due, 0);
}

TEST_P(DramPart, RefreshIsDueEveryRefi) {
  for (const std::int64_t early : {1, 0}) {
    DramBanks banks(config.banks, BankTimings(config));
    EXPECT_EQ(column(banks, 0, {0, 0, 1, false}), t.rcd);
    // In REFI - 1 the row is still open; in REFI it is closed, refreshed, opened again.
    const std::int64_t hit = t.refi - 1;
    const std::int64_t refreshed = t.refi + t.rp + t.rfc + t.rcd;
    EXPECT_EQ(column(banks, t.refi - early, {0, 0, 1, false}), early == 1 ? hit : refreshed);
    EXPECT_EQ(banks.counters().refreshes, 1 - early);
    EXPECT_EQ(banks.counters().row_hits, early);
    EXPECT_EQ(banks.counters().row_misses, 2 - early);
  }
}

TEST_P(DramPart, ClosedRowsNeedNoRpBeforeARefresh) {
  DramBanks banks(config.banks, BankTimings(config));
  EXPECT_EQ(column(banks, t.refi, {0, 0, 1, false}), t.refi + t.rfc + t.rcd);
  // The next is due at 2 REFI, with that row open again, and made before what comes much later.
  EXPECT_EQ(column(banks, 2 * t.refi + t.rp + t.rfc, {0, 0, 1, false}),
            2 * t.refi + t.rp + t.rfc + t.rcd);
  EXPECT_EQ(banks.counters().refreshes, 2);
}

TEST_P(DramPart, RefreshWaitsForTheDataBeforeIt) {
  DramBanks banks(config.banks, BankTimings(config));
  const std::int64_t end = banks.access(t.refi - 1, {0, 0, 4, true});
  const std::int64_t closed = end + t.wr;  // WR behind the data, RAS is over by then
  ASSERT_GE(closed, t.refi - 1 + t.ras);
  EXPECT_EQ(column(banks, t.refi, {1, 0, 1, true}), closed + t.rp + t.rfc + t.rcd);
}

INSTANTIATE_TEST_SUITE_P(Shipped, DramPart, testing::Values(kLpddr4, kDdr4, kHbm2),
                         [](const auto& part) { return std::string(part.param.part); });

// A part made up so that each rule shows alone.
config::DramTimingConfig made_up() {
  config::DramTimingConfig c;
  c.clock_hz = 1'000'000'000;
  c.burst_cycles = 4;
  c.ccd_cycles = 5;
  c.read_latency_cycles = 11;
  c.write_latency_cycles = 6;
  c.read_to_write_cycles = 9;
  c.rcd_ps = 12'000;
  c.rp_ps = 13'000;
  c.ras_ps = 30'000;
  c.rrd_ps = 7'000;
  c.faw_ps = 50'000;
  c.rtp_ps = 8'000;
  c.wr_ps = 15'000;
  c.wtr_ps = 10'000;
  c.rfc_ps = 100'000;
  c.refi_ps = 0;
  return c;
}

TEST(DramBanks, FourOpeningsInFawWhateverTheBanks) {
  DramBanks banks(8, BankTimings(made_up()));
  std::vector<std::int64_t> ends;
  for (std::int64_t i = 0; i < 6; ++i) ends.push_back(banks.access(i, {i, 0, 1, false}));
  const std::int64_t first = 12 + 11 + 4;
  EXPECT_EQ(ends, (std::vector<std::int64_t>{first, first + 7, first + 14, first + 21, first + 50,
                                             first + 57}));
}

TEST(DramBanks, DataFollowsDataInTheOrderOfGrants) {
  // A write's latency is shorter: its data may not pass the read's before it, and what follows in
  // another bank waits for the bus.
  DramBanks banks(8, BankTimings(made_up()));
  const std::int64_t read_end = banks.access(0, {0, 0, 1, false});
  EXPECT_EQ(read_end, 27);
  EXPECT_EQ(banks.access(1, {1, 0, 1, true}), read_end + 9 + 4);
  EXPECT_EQ(banks.counters().read_write_turnarounds, 1);
  // Back to reads: WTR behind the data end.
  EXPECT_EQ(banks.access(2, {0, 0, 1, false}), 40 + 10 + 11 + 4);
  EXPECT_EQ(banks.counters().read_write_turnarounds, 2);
  EXPECT_EQ(banks.counters().row_hits, 1);
}

TEST(DramBanks, TimesAreRoundedUpEachAlone) {
  config::DramTimingConfig c = made_up();
  c.clock_hz = 1'500'000'000;
  c.rcd_ps = 666;    // 0.999 cycles
  c.rp_ps = 667;     // 1.0005
  c.ras_ps = 2'000;  // 3
  c.rfc_ps = 1;
  const BankTimings t(c);
  EXPECT_EQ(t.rcd, 1);
  EXPECT_EQ(t.rp, 2);
  EXPECT_EQ(t.ras, 3);
  EXPECT_EQ(t.rfc, 1);
  EXPECT_EQ(t.refi, 0);
}

TEST(DramBanks, RefreshesThatAreOverdueAreMadeOneAfterAnother) {
  config::DramTimingConfig c = made_up();
  c.refi_ps = 200'000;
  DramBanks banks(8, BankTimings(c));
  // Opened in 0, then nothing until 1000: five are due, the first with a row open.
  banks.access(0, {0, 0, 1, false});
  EXPECT_EQ(banks.access(1000, {0, 0, 1, false}), 1000 + 100 + 12 + 11 + 4);
  EXPECT_EQ(banks.counters().refreshes, 5);
  EXPECT_EQ(banks.counters().row_misses, 2);
}

TEST(DramBanks, ARefreshHeldBackHoldsBackTheNext) {
  config::DramTimingConfig c = made_up();
  c.refi_ps = 120'000;
  DramBanks banks(8, BankTimings(c));
  // Data until 100 + 12 + 6 + 19 * 5 + 4 = 217, closable 15 later: the refresh of 120 begins in 245
  // and ends in 345; that of 240 follows at once, without a row to close.
  EXPECT_EQ(banks.access(100, {0, 0, 20, true}), 217);
  EXPECT_EQ(banks.access(250, {0, 0, 1, true}), 345 + 100 + 12 + 6 + 4);
  EXPECT_EQ(banks.counters().refreshes, 2);
}

}  // namespace
}  // namespace npusim::test
