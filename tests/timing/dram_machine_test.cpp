// SPDX-License-Identifier: Apache-2.0
// Section 3 of docs/timing-model.md in the machine: clocks, addresses, arbiters, lookahead, other
// masters, and what is counted.
#include <gtest/gtest.h>

#include <set>

#include "sim/base/errors.h"
#include "sim/model/dram_address.h"
#include "sim/model/dram_clock.h"
#include "sim/model/other_masters.h"
#include "sim/stats/bounds.h"
#include "tests/timing/program_builder.h"

namespace npusim::test {
namespace {

using config::AddressField;
using model::DramAddressMap;
using model::DramClock;
using model::DramPlace;
using model::UnitId;
using Cycles = std::vector<std::int64_t>;

/// small_hardware() with banks in the NPU's clock: a fetch of 256 bytes are 16 column commands of 2
/// cycles each. A miss is complete RCD 6 + RL 5 + 2 n + 3 behind its grant.
config::HardwareConfig banked() {
  config::HardwareConfig h = small_hardware();
  h.dram.model = config::DramModel::banks;
  config::DramTimingConfig& t = h.dram.timing;
  t.clock_hz = 1'000'000'000;
  t.channels = 1;
  t.banks = 4;
  t.row_bytes = 1024;
  t.burst_bytes = 16;
  t.burst_cycles = 2;
  t.ccd_cycles = 2;
  t.read_latency_cycles = 5;
  t.write_latency_cycles = 3;
  t.read_to_write_cycles = 1;
  t.rcd_ps = 6'000;
  t.rp_ps = 7'000;
  t.ras_ps = 15'000;
  t.rrd_ps = 3'000;
  t.faw_ps = 12'000;
  t.rtp_ps = 4'000;
  t.wr_ps = 8'000;
  t.wtr_ps = 4'000;
  t.rfc_ps = 40'000;
  t.refi_ps = 0;
  t.controller_latency_ps = 3'000;
  t.lookahead = 4;
  t.interleave_bytes = 256;
  return h;
}

std::vector<model::DramBurst> bursts_of(const TimedRun& run, UnitId requester) {
  std::vector<model::DramBurst> bursts;
  for (const model::DramBurst& burst : run.timeline.bursts) {
    if (burst.requester == requester) bursts.push_back(burst);
  }
  return bursts;
}

TEST(BankedDram, MissHitAndConflictOfAFetchAndThreeBursts) {
  ProgramBuilder b(banked());
  b.load(dma(0, 0, 16));      // the fetch (at 4096: bank 0, row 1 of 1 KiB in 4 banks) opened row 1
  b.load(dma(16, 16, 16));    // hit
  b.load(dma(1024, 32, 16));  // bank 1: miss
  const TimedRun run = run_timing(b.finish());
  // Fetch: visible in 1, opened in 1, columns 7, 9, ..., 37, data until 37 + 5 + 2 = 44.
  EXPECT_EQ(bursts_of(run, UnitId::command_processor).at(0).grant_cycle, 1);
  EXPECT_EQ(bursts_of(run, UnitId::command_processor).at(0).complete_cycle, 44 + 3);
  EXPECT_EQ(run.start(0), 48);
  const auto in = bursts_of(run, UnitId::dma_in);
  ASSERT_EQ(in.size(), 3U);
  EXPECT_EQ(in[0].grant_cycle, 49);  // conflict: closed in 49, opened in 56, column in 62
  EXPECT_EQ(in[0].complete_cycle, 62 + 5 + 2 + 3);
  EXPECT_EQ(in[1].grant_cycle, 50);
  EXPECT_EQ(in[1].complete_cycle, 64 + 5 + 2 + 3);
  EXPECT_EQ(in[2].grant_cycle, 51);  // opened in 59 (RRD), column in 66: CCD holds it back
  EXPECT_EQ(in[2].complete_cycle, 66 + 5 + 2 + 3);
  EXPECT_EQ(run.result.dram.row_hits, 1);
  EXPECT_EQ(run.result.dram.row_misses, 2);
  EXPECT_EQ(run.result.dram.row_conflicts, 1);
  EXPECT_EQ(run.result.dram.bus_busy_cycles, 32 + 3 * 2);
}

TEST(BankedDram, LookaheadLimitsWhatIsUnderWay) {
  config::HardwareConfig h = banked();
  h.dram.timing.lookahead = 1;
  ProgramBuilder b(h);
  b.load(dma(0, 0, 32));
  const auto in = bursts_of(run_timing(b.finish()), UnitId::dma_in);
  EXPECT_EQ(in.at(0).grant_cycle, 49);
  EXPECT_EQ(in.at(1).grant_cycle, 69);  // the first one's data end
  EXPECT_EQ(in.at(1).complete_cycle, 69 + 5 + 2 + 3);
}

TEST(BankedDram, ARequestTouchesWholePieces) {
  config::HardwareConfig h = banked();
  h.dma.burst_bytes = 64;
  ProgramBuilder b(h);
  b.load(dma(60, 0, 60));  // bytes 60-63, then 64-119: a piece, and pieces 4 to 7
  const TimedRun run = run_timing(b.finish());
  const auto in = bursts_of(run, UnitId::dma_in);
  ASSERT_EQ(in.size(), 2U);
  EXPECT_EQ(in[0].complete_cycle, 62 + 5 + 2 + 3);
  EXPECT_EQ(in[1].complete_cycle, 64 + 3 * 2 + 5 + 2 + 3);
}

TEST(BankedDram, ChannelsHaveArbitersAndBusesOfTheirOwn) {
  config::HardwareConfig h = banked();
  h.dram.timing.channels = 2;
  h.dram.timing.banks = 2;
  ProgramBuilder b(h);
  b.load(dma(256, 0, 16));   // channel 1
  b.load(dma(0, 16, 16));    // channel 0, where the fetch was
  b.load(dma(272, 32, 16));  // channel 1
  const TimedRun run = run_timing(b.finish());
  const auto in = bursts_of(run, UnitId::dma_in);
  ASSERT_EQ(in.size(), 3U);
  std::map<std::uint64_t, model::DramBurst> by_address;
  for (const model::DramBurst& burst : in) by_address[burst.address] = burst;
  EXPECT_EQ(by_address[256].grant_cycle, 49);
  EXPECT_EQ(by_address[256].complete_cycle, 49 + 6 + 5 + 2 + 3);
  EXPECT_EQ(by_address[0].grant_cycle, 50);  // conflict with the fetch's row: closed in 50
  EXPECT_EQ(by_address[0].complete_cycle, 50 + 7 + 6 + 5 + 2 + 3);
  EXPECT_EQ(by_address[272].complete_cycle, 57 + 5 + 2 + 3);
  // The third overtakes the second in the DRAM, but is written behind it.
  EXPECT_EQ(run.done(0), 65 + 2);
  EXPECT_EQ(run.done(1), 73 + 2);
  EXPECT_EQ(run.done(2), 75 + 2);
}

TEST(BankedDram, WritesDoneOutOfOrderMakeRoomAtOnceAndCompleteInOrder) {
  config::HardwareConfig h = banked();
  h.dram.timing.channels = 2;
  h.dram.timing.banks = 2;
  h.dma.outstanding_requests = 2;
  ProgramBuilder b(h);
  b.store(dma(0, 0, 16));     // channel 0: conflict with the fetch
  b.store(dma(256, 16, 16));  // channel 1: miss
  b.store(dma(272, 32, 16));  // channel 1
  const TimedRun run = run_timing(b.finish());
  std::map<std::uint64_t, model::DramBurst> by_address;
  for (const model::DramBurst& burst : bursts_of(run, UnitId::dma_out))
    by_address[burst.address] = burst;
  // Read in 48-49 and 50-51, requested in their last cycle, visible in 50 and 52.
  EXPECT_EQ(by_address[0].complete_cycle, 50 + 7 + 6 + 3 + 2 + 3);
  EXPECT_EQ(by_address[256].complete_cycle, 52 + 6 + 3 + 2 + 3);
  // Room from 66 on, though the older one is done in 71: read in 66-67.
  EXPECT_EQ(by_address[272].grant_cycle, 68);
  EXPECT_EQ(run.done(0), 71);
  EXPECT_EQ(run.done(1), 71);
  EXPECT_EQ(run.done(2), 68 + 3 + 2 + 3);
}

TEST(BankedDram, ClocksAreRoundedUpBothWays) {
  for (const auto& [hz, granted, complete] :
       std::vector<std::tuple<std::int64_t, std::int64_t, std::int64_t>>{
           {1'600'000'000, 2, 25}, {700'000'000, 2, 56}, {3'000'000'000, 1, 14}}) {
    config::HardwareConfig h = banked();
    h.dram.timing.clock_hz = hz;
    h.dram.timing.rcd_ps = 1;  // a cycle in every clock
    h.dram.timing.controller_latency_ps = 0;
    h.dram.timing.ras_ps = h.dram.timing.rp_ps = 1'000;
    ProgramBuilder b(h);
    b.load(dma(0, 0, 16));
    const auto fetch = bursts_of(run_timing(b.finish()), UnitId::command_processor).at(0);
    // Visible in NPU cycle 1: DRAM cycle ceil(1.6) = 2, ceil(0.7) = 1, 3. Data end 1 + 5 + 30 + 2
    // later: 40, 39, 41, in NPU cycles 25, 55.7, 13.7.
    EXPECT_EQ(fetch.grant_cycle, granted) << hz;
    EXPECT_EQ(fetch.complete_cycle, complete) << hz;
  }
  const DramClock clock(1'000'000'000, 1'600'000'000);
  EXPECT_EQ(clock.to_dram(5), 8);
  EXPECT_EQ(clock.to_dram(6), 10);  // 9.6
  EXPECT_EQ(clock.to_npu(8), 5);
  EXPECT_EQ(clock.to_npu(9), 6);  // 5.6
  const std::int64_t late = 9'000'000'000'000'000;
  EXPECT_EQ(clock.to_dram(late), late / 10 * 16);
}

TEST(DramAddress, FieldsFromTheLeastSignificantOne) {
  config::DramConfig dram;
  dram.bytes = 1 << 20;
  dram.timing.channels = 2;
  dram.timing.banks = 4;
  dram.timing.row_bytes = 1024;
  dram.timing.interleave_bytes = 256;
  const auto at = [&](std::uint64_t address) {
    const DramPlace place = DramAddressMap(dram).locate(address);
    return std::vector<std::int64_t>{place.channel, place.bank, place.row};
  };
  using Place = std::vector<std::int64_t>;
  // row_bank_column_channel: 256 bytes, then the other channel; 4 columns; 4 banks.
  EXPECT_EQ(at(255), (Place{0, 0, 0}));
  EXPECT_EQ(at(256), (Place{1, 0, 0}));
  EXPECT_EQ(at(2047), (Place{1, 0, 0}));
  EXPECT_EQ(at(2048), (Place{0, 1, 0}));
  EXPECT_EQ(at(8192), (Place{0, 0, 1}));
  EXPECT_EQ(DramAddressMap(dram).rows(), 128);
  dram.timing.address_mapping = {AddressField::channel, AddressField::bank, AddressField::row,
                                 AddressField::column};
  EXPECT_EQ(at(1023), (Place{0, 0, 0}));
  EXPECT_EQ(at(1024), (Place{0, 0, 1}));
  EXPECT_EQ(at(128 * 1024), (Place{0, 1, 0}));
  EXPECT_EQ(at(512 * 1024), (Place{1, 0, 0}));
  EXPECT_EQ(at((1 << 20) + 1024), (Place{0, 0, 1}));  // behind the end: round again
  dram.bytes += 4096;
  EXPECT_EQ(DramAddressMap(dram).rows(), 129);
}

TEST(DramAddress, EveryMappingUsesEveryPlaceEquallyOften) {
  config::DramConfig dram;
  dram.bytes = 3 * 5 * 2 * 1024 * 4;
  dram.timing.channels = 3;
  dram.timing.banks = 5;
  dram.timing.row_bytes = 2048;
  dram.timing.interleave_bytes = 512;
  for (const config::AddressMapping& mapping : config::address_mappings()) {
    dram.timing.address_mapping = mapping;
    const DramAddressMap map(dram);
    std::map<std::vector<std::int64_t>, int> times;
    for (std::uint64_t a = 0; a < static_cast<std::uint64_t>(dram.bytes); a += 512) {
      const DramPlace place = map.locate(a);
      ++times[{place.channel, place.bank, place.row}];
    }
    EXPECT_EQ(times.size(), static_cast<std::size_t>(3 * 5 * map.rows()));
    for (const auto& [place, count] : times) EXPECT_EQ(count, 4);
  }
}

/// Bursts of 16 bytes for so many cycles or more: the same 4 KiB again and again.
isa::Program long_traffic(const config::HardwareConfig& hardware, int loads) {
  ProgramBuilder b(hardware);
  for (int i = 0; i < loads; ++i) b.load(dma(0, 0, 4096));
  return b.finish();
}

config::OtherMastersConfig masters(std::int64_t share, std::int64_t burst = 1) {
  config::OtherMastersConfig m;
  m.share_percent = share;
  m.pattern =
      burst == 1 ? config::OtherMastersPattern::constant : config::OtherMastersPattern::bursty;
  m.burst_requests = burst;
  m.seed = 7;
  return m;
}

TEST(OtherMasters, TakeTheirShareOfTheFlatBusOverALongRun) {
  for (const auto& [share, burst] : std::vector<std::pair<std::int64_t, std::int64_t>>{
           {1, 1}, {33, 1}, {90, 1}, {25, 16}, {90, 8}}) {
    config::HardwareConfig h = small_hardware();
    h.dram.other_masters = masters(share, burst);
    const model::SimulationResult result =
        model::simulate(long_traffic(h, 40), {}, {/*timing_only=*/true});
    const auto taken = static_cast<double>(2 * result.dram.other_masters_requests);
    const auto total = static_cast<double>(result.total_cycles);
    EXPECT_NEAR(taken / total, static_cast<double>(share) / 100, 0.01) << share << ' ' << burst;
    // What is left bounds the NPU.
    EXPECT_GE(result.total_cycles,
              result.dram.bus_busy_cycles + static_cast<std::int64_t>(taken) - 2 * burst);
  }
}

TEST(OtherMasters, TakeTheirShareOfEveryChannel) {
  for (const std::int64_t burst : {std::int64_t{1}, std::int64_t{16}}) {
    config::HardwareConfig h = banked();
    h.dram.timing.channels = 2;
    h.dram.timing.banks = 16;
    h.dram.timing.lookahead = 16;
    h.dram.other_masters = masters(30, burst);
    const model::SimulationResult result =
        model::simulate(long_traffic(h, 60), {}, {/*timing_only=*/true});
    const auto counters = result.statistics.flatten();
    for (const char* channel : {"channel0", "channel1"}) {
      const auto taken = static_cast<double>(
          2 * counters.at(std::string("npu.dram.") + channel + ".other_masters_requests").value);
      EXPECT_NEAR(taken / static_cast<double>(result.total_cycles), 0.30, 0.01) << burst;
    }
    EXPECT_EQ(result.dram.row_hits + result.dram.row_misses + result.dram.row_conflicts,
              result.dram.bursts + result.dram.other_masters_requests);
  }
}

TEST(OtherMasters, ComeAtTheCyclesOfTheText) {
  model::OtherMasters constant(masters(30), 0, 2);
  // floor(j * 2 * 100 / 30)
  for (const std::int64_t cycle : {0, 6, 13, 20, 26, 33}) {
    EXPECT_EQ(constant.visible(), cycle);
    constant.pop();
  }
  model::OtherMasters bursty(masters(50, 4), 3, 2);
  std::set<std::int64_t> within;
  for (std::int64_t group = 0; group < 50; ++group) {
    const std::int64_t cycle = bursty.visible();
    const std::uint64_t h =
        model::splitmix64(7 + (std::uint64_t{3} << 40U) + static_cast<std::uint64_t>(group));
    EXPECT_EQ(cycle, group * 16 + static_cast<std::int64_t>(h % 16));
    within.insert(cycle % 16);
    for (int i = 0; i < 4; ++i) {
      EXPECT_EQ(bursty.visible(), cycle);
      bursty.pop();
    }
  }
  EXPECT_GT(within.size(), 8U);
  // The first values of the published generator, seed 0.
  EXPECT_EQ(model::splitmix64(0), 0xE220A8397B1DCDAFU);
  EXPECT_EQ(model::splitmix64(0x9E3779B97F4A7C15U), 0x6E789E6AA1B965F4U);
}

TEST(OtherMasters, ComeBeforeTheFetch) {
  config::HardwareConfig h = small_hardware();
  h.dram.other_masters = masters(50);
  ProgramBuilder b(h);
  b.load(dma(0, 0, 16));
  const auto fetch = bursts_of(run_timing(b.finish()), UnitId::command_processor).at(0);
  // Others in 0 and 4, two cycles each; the fetch, visible in 1, is granted in 2.
  EXPECT_EQ(fetch.grant_cycle, 2);
  EXPECT_EQ(fetch.complete_cycle, 2 + 10 + 32);
}

// Weights wait for millions of cycles, but for the NPU's own activations.
TEST(OtherMasters, AreNotToBlameForPriorities) {
  config::HardwareConfig h = small_hardware();
  h.dram.bandwidth_bytes_per_second = 8'000'000;  // 2,000 cycles for a burst
  h.dram.other_masters = masters(20);
  ProgramBuilder b(h);
  b.image(std::vector<std::uint8_t>(64));
  b.load(dma(0, 0, 4096));
  b.load_weights(dma(0, 0, 16));
  for (int i = 0; i < 8; ++i) b.load(dma(0, 0, 4096));
  const model::SimulationResult result = model::simulate(b.finish(), {}, {/*timing_only=*/true});
  EXPECT_GT(result.total_cycles, 5'000'000);
}

TEST(OtherMasters, MoreThanAChannelGivesIsAnError) {
  config::HardwareConfig h = banked();
  h.dram.timing.lookahead = 1;  // a row conflict after the other: 20 cycles for each request of 2
  h.dram.timing.banks = 1;
  h.dram.other_masters = masters(90);
  ProgramBuilder b(h);
  b.load(dma(0, 0, 16));
  try {
    model::simulate(b.finish(), {}, {/*timing_only=*/true});
    FAIL() << "must not end";
  } catch (const base::SimulationError& error) {
    EXPECT_NE(std::string(error.what()).find("other_masters.share_percent: channel 0 of the DRAM"),
              std::string::npos)
        << error.what();
  }
}

TEST(BankedDram, MemoryBoundIsThePartsPeak) {
  config::HardwareConfig h = banked();
  EXPECT_EQ(stats::memory_bound_cycles(1600, h), 200);  // 16 bytes in 2 cycles
  h.dram.timing.channels = 2;
  h.dram.timing.ccd_cycles = 3;
  h.dram.timing.clock_hz = 700'000'000;
  // 1601 * 3 / (2 * 16 * 0.7)
  EXPECT_EQ(stats::memory_bound_cycles(1601, h), 215);
  const isa::Program program = long_traffic(h, 5);
  const auto result = model::simulate(program, {}, {/*timing_only=*/true});
  EXPECT_GE(result.total_cycles, stats::memory_bound_cycles(program));
}

TEST(BankedDram, RefreshesCostTimeAndAreCounted) {
  config::HardwareConfig h = banked();
  const std::int64_t without = model::simulate(long_traffic(h, 20), {}, {true}).total_cycles;
  h.dram.timing.refi_ps = 500'000;
  const model::SimulationResult with = model::simulate(long_traffic(h, 20), {}, {true});
  EXPECT_EQ(with.dram.refreshes, (with.total_cycles - 1) / 500);
  EXPECT_GT(with.total_cycles, without + with.dram.refreshes * 40);
  EXPECT_EQ(with.dram.row_hits + with.dram.row_misses + with.dram.row_conflicts, with.dram.bursts);
}

}  // namespace
}  // namespace npusim::test
