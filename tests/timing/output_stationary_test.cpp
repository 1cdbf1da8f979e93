// SPDX-License-Identifier: Apache-2.0
// docs/timing-model.md, section 6, output stationary: a 4 x 4 array, 8 instructions per fetch. The
// first PRELOAD starts in 76 and has the first operands there in 80.
#include <gtest/gtest.h>

#include "tests/timing/program_builder.h"

namespace npusim::test {
namespace {

using model::UnitId;
using stats::Activity;

config::HardwareConfig hardware() {
  config::HardwareConfig h = small_hardware(512);
  h.mac_array.dataflow = config::Dataflow::output_stationary;
  return h;
}

// Two words per cycle: four pixels of up to 4 bytes in 2 slots.
config::HardwareConfig with_wide_feeder() {
  config::HardwareConfig h = hardware();
  h.feeder.bytes_per_cycle = 8;
  return h;
}

isa::Preload preload(std::uint16_t pixels, std::uint32_t k_end) {
  isa::Preload p;
  p.k_end = k_end;
  p.columns = 4;
  p.load_bias = true;
  p.pixels = pixels;
  return p;
}

// A 1x1 convolution.
isa::Matmul matmul(std::uint16_t pixels, std::uint32_t channels) {
  isa::Matmul m;
  m.mode = isa::ArrayMode::output_stationary;
  m.start_from_bias = true;
  m.pixels = pixels;
  m.out_width = pixels;
  m.k_end = channels;
  m.columns = 4;
  m.in_width = pixels;
  m.channels = channels;
  m.pixel_stride_bytes = channels;
  m.row_stride_bytes = pixels * channels;
  return m;
}

TEST(OutputStationary, ChunksAndTilesFollowWithoutGap) {
  ProgramBuilder b(hardware());
  const std::size_t load = b.preload(preload(8, 8));
  const std::size_t tiles = b.matmul(matmul(8, 8));
  const TimedRun run = run_timing(b.finish());
  // Two chunks of 4 k for each of two tiles: 80, 84, 88, 92. Behind the last slot the sums move
  // R + C - 2 cycles with the wave and R down.
  EXPECT_EQ(run.done(tiles), 96 + 2 * 4 + 4 - 2);
  EXPECT_EQ(run.done(load), 88 + 4);  // each chunk from the swap before, the first tile's again
  EXPECT_EQ(run.cycles(UnitId::mac_array).busy(), 16);
  EXPECT_EQ(run.cycles(UnitId::mac_array)[Activity::drain], 0);
  EXPECT_EQ(run.cycles(UnitId::mac_array)[Activity::feeder], 0);
  EXPECT_EQ(run.cycles(UnitId::weight_loader).busy(), 16);
}

TEST(OutputStationary, TheNextTileWaitsForTheDrainRegisters) {
  ProgramBuilder b(with_wide_feeder());
  b.preload(preload(12, 2));
  const std::size_t tiles = b.matmul(matmul(12, 2));
  const TimedRun run = run_timing(b.finish());
  // 2 slots for each tile, R = 4 cycles from end to end: 80-81, 84-85, 88-89.
  EXPECT_EQ(run.done(tiles), 90 + 10);
  EXPECT_EQ(run.cycles(UnitId::mac_array).busy(), 6);
  EXPECT_EQ(run.cycles(UnitId::mac_array)[Activity::drain], 2 * 2);
  EXPECT_EQ(run.cycles(UnitId::mac_array)[Activity::shadow_full], 3);
  // 4 accesses for the biases, then as many as there are k.
  EXPECT_EQ(run.cycles(UnitId::weight_loader).busy(), 4 + 2 + 2);
}

TEST(OutputStationary, WithoutOverlapTheNextTileWaitsForAllSums) {
  config::HardwareConfig h = with_wide_feeder();
  h.mac_array.overlap_drain = false;
  ProgramBuilder b(h);
  b.preload(preload(12, 2));
  const std::size_t tiles = b.matmul(matmul(12, 2));
  const TimedRun run = run_timing(b.finish());
  // e + 2R + C - 2 = e + 10: 80-81, 92-93, 104-105.
  EXPECT_EQ(run.done(tiles), 106 + 10);
  EXPECT_EQ(run.cycles(UnitId::mac_array)[Activity::drain], 2 * 10);
}

TEST(OutputStationary, TheNextInstructionWaitsToo) {
  ProgramBuilder b(with_wide_feeder());
  b.preload(preload(4, 2));
  const std::size_t first = b.matmul(matmul(4, 2));
  b.preload(preload(4, 2));
  const std::size_t second = b.matmul(matmul(4, 2));
  const TimedRun run = run_timing(b.finish());
  EXPECT_EQ(run.done(first), 82 + 10);
  EXPECT_EQ(run.start(second), 82);
  // Its operands are there in 84 as well; the drain is asked for first.
  EXPECT_EQ(run.timeline.spent(UnitId::mac_array, Activity::drain, second), 2);
  EXPECT_EQ(run.timeline.spent(UnitId::mac_array, Activity::shadow_full, second), 0);
  EXPECT_EQ(run.done(second), 86 + 10);
}

TEST(OutputStationary, OtherModesDoNotWaitButAreDoneInOrder) {
  const auto behind = [](bool overlap_drain) {
    config::HardwareConfig h = with_wide_feeder();
    h.mac_array.overlap_drain = overlap_drain;
    ProgramBuilder b(h);
    b.preload(preload(4, 2));
    b.matmul(matmul(4, 2));
    b.preload(preload(0, 4));
    isa::Matmul m = matmul(1, 4);
    m.mode = isa::ArrayMode::weight_stationary;
    b.matmul(m);
    return run_timing(b.finish());
  };
  const TimedRun run = behind(true);
  EXPECT_EQ(run.cycles(UnitId::mac_array)[Activity::drain], 0);
  EXPECT_EQ(run.timeline.spent(UnitId::mac_array, Activity::shadow_full, 3), 84 - 82);
  EXPECT_EQ(run.done(1), 92);
  EXPECT_EQ(run.done(3), 92);  // not 85 + R + C - 2 = 91
  const TimedRun held = behind(false);
  EXPECT_EQ(held.timeline.spent(UnitId::mac_array, Activity::drain, 3), 10);
  EXPECT_EQ(held.done(3), 93 + 6);
}

TEST(OutputStationary, WithoutOverlappedLoadsChunksWaitForTheWaveAndTilesForTheDrain) {
  config::HardwareConfig h = hardware();
  h.mac_array.overlap_weight_load = false;
  ProgramBuilder b(h);
  const std::size_t load = b.preload(preload(8, 8));
  const std::size_t tiles = b.matmul(matmul(8, 8));
  const TimedRun run = run_timing(b.finish());
  // 80-83; free in 84 + 6, loaded in 90-93, 94-97; free in 98 + 10, 112-115; 126-129.
  EXPECT_EQ(run.done(load), 126);
  EXPECT_EQ(run.done(tiles), 130 + 10);
  EXPECT_EQ(run.cycles(UnitId::weight_loader)[Activity::shadow_free], 10 + 14 + 10);
}

TEST(OutputStationary, TheFeederFetchesPixelByPixel) {
  ProgramBuilder b(hardware());
  const std::size_t load = b.preload(preload(4, 6));
  const std::size_t tile = b.matmul(matmul(4, 6));
  const TimedRun run = run_timing(b.finish());
  // 6 channels: chunks of 4 and 2. Every other pixel's 4 bytes lie in two words: 6 slots for 4 k,
  // then 4 for 2 k.
  EXPECT_EQ(run.cycles(UnitId::mac_array).busy(), 4 + 2);
  EXPECT_EQ(run.cycles(UnitId::mac_array)[Activity::feeder], 2 + 2);
  EXPECT_EQ(run.done(load), 80 + 2);
  EXPECT_EQ(run.done(tile), 80 + 6 + 4 + 10);
}

TEST(OutputStationary, ARaggedChunkIsLoadedFasterThanTheNextTilesFirst) {
  config::HardwareConfig h = hardware();
  h.feeder.bytes_per_cycle = 64;
  h.activation_scratchpad.banks = 16;
  ProgramBuilder b(h);
  b.preload(preload(8, 6));
  const std::size_t tiles = b.matmul(matmul(8, 6));
  const TimedRun run = run_timing(b.finish());
  // 80-83, 84-85; the second tile's first chunk is loaded in 84-87: 88-91, 92-93.
  EXPECT_EQ(run.cycles(UnitId::mac_array)[Activity::shadow_full], 3 + 2);
  EXPECT_EQ(run.done(tiles), 94 + 10);
}

// Four taps side by side hold two pixels of a kernel of two: docs section 6, depthwise.
isa::Matmul depthwise(std::uint16_t width, std::uint8_t column_pixels) {
  isa::Matmul m;
  m.mode = isa::ArrayMode::depthwise;
  m.start_from_bias = true;
  m.pixels = width * 3;
  m.out_width = width;
  m.k_end = 2;
  m.columns = 4;
  m.in_height = 3;
  m.in_width = static_cast<std::uint16_t>(width + 1);
  m.channels = 4;
  m.pixel_stride_bytes = 4;
  m.row_stride_bytes = (width + 1U) * 4;
  m.kernel_w = 2;
  m.column_pixels = column_pixels;
  return m;
}

TimedRun run_depthwise(std::uint8_t column_pixels, std::int64_t feeder_bytes) {
  config::HardwareConfig h = small_hardware(512);
  h.mac_array.depthwise_pixels = 2;
  h.feeder.bytes_per_cycle = feeder_bytes;
  h.activation_scratchpad.banks = 8;
  ProgramBuilder b(h);
  isa::Preload p = preload(0, 2);
  p.column_pixels = column_pixels;
  b.preload(p);
  b.matmul(depthwise(5, column_pixels));
  return run_timing(b.finish());
}

TEST(DepthwisePixels, ALineTakesAGroupPerSlot) {
  // 3 lines of 5 pixels, one at a time or two: 15 or 9 slots.
  EXPECT_EQ(run_depthwise(0, 32).done(1), 80 + 15 + 6);
  const TimedRun run = run_depthwise(2, 32);
  EXPECT_EQ(run.done(1), 80 + 9 + 6);
  EXPECT_EQ(run.cycles(UnitId::mac_array).busy(), 9);
  EXPECT_EQ(run.cycles(UnitId::mac_array)[Activity::feeder], 0);
  EXPECT_EQ(run.cycles(UnitId::weight_loader).busy(), 4);  // all R rows
}

TEST(DepthwisePixels, TheFeederHasTheSumOfTheWords) {
  // A line needs 6 pixels of one word: 6 slots by one word a cycle, 3 by two, 2 by four.
  const TimedRun one = run_depthwise(2, 4);
  EXPECT_EQ(one.done(1), 80 + 3 * 6 + 6);
  EXPECT_EQ(one.cycles(UnitId::mac_array)[Activity::feeder], 3 * 3);
  EXPECT_EQ(run_depthwise(2, 8).done(1), 80 + 3 * 3 + 6);
  EXPECT_EQ(run_depthwise(2, 16).done(1), 80 + 3 * 3 + 6);
}

}  // namespace
}  // namespace npusim::test
