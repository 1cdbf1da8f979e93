// SPDX-License-Identifier: Apache-2.0
// docs/timing-model.md, section 6: a 4 x 4 array, 8 instructions per fetch. The PRELOAD
// (instruction 0) starts in 76, the MATMUL (1) in 77.
#include <gtest/gtest.h>

#include "tests/timing/program_builder.h"

namespace npusim::test {
namespace {

using model::UnitId;
using stats::Activity;

config::HardwareConfig hardware() { return small_hardware(512); }

isa::Preload preload(std::uint32_t k_end) {
  isa::Preload p;
  p.k_end = k_end;
  p.columns = 4;
  return p;
}

// A 1x1 convolution: `channels` input channels, one word per fold and row.
isa::Matmul matmul(std::uint16_t pixels, std::uint32_t channels) {
  isa::Matmul m;
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

TEST(Array, OneFold) {
  ProgramBuilder b(hardware());
  const std::size_t load = b.preload(preload(4));
  const std::size_t run_rows = b.matmul(matmul(8, 4));
  const TimedRun run = run_timing(b.finish());
  EXPECT_EQ(run.start(load), 76);
  EXPECT_EQ(run.done(load), 76 + 4);
  EXPECT_EQ(run.start(run_rows), 77);
  // The weights are there in 80; 8 rows; the last sum is there R + C - 2 = 6 cycles after them.
  EXPECT_EQ(run.done(run_rows), 80 + 8 + 6);
  EXPECT_EQ(run.cycles(UnitId::mac_array)[Activity::shadow_full], 3);
  EXPECT_EQ(run.cycles(UnitId::mac_array).busy(), 8);
  EXPECT_EQ(run.cycles(UnitId::weight_loader).busy(), 4);
}

TEST(Array, LongFoldsFollowWithoutGap) {
  ProgramBuilder b(hardware());
  const std::size_t load = b.preload(preload(12));
  const std::size_t rows = b.matmul(matmul(8, 12));
  const TimedRun run = run_timing(b.finish());
  // Folds start in 80, 88, 96. The loads begin in 76, in 80 (shadow_free is visible in the swap's
  // own cycle) and in 88.
  EXPECT_EQ(run.done(rows), 80 + 3 * 8 + 6);
  EXPECT_EQ(run.done(load), 88 + 4);
  EXPECT_EQ(run.cycles(UnitId::weight_loader)[Activity::shadow_free], 88 - 84);
  EXPECT_EQ(run.cycles(UnitId::mac_array).stalls(), 3);
}

TEST(Array, ShortFoldsWaitForTheSumsThatTheyContinue) {
  ProgramBuilder b(hardware());
  b.preload(preload(12));
  const std::size_t rows = b.matmul(matmul(2, 12));
  const TimedRun run = run_timing(b.finish());
  // max(2, R) = 4 cycles from start to start: 80, 84, 88.
  EXPECT_EQ(run.done(rows), 88 + 2 + 6);
  // The sums are back as the weights are there: in the fourth cycle.
  EXPECT_EQ(run.cycles(UnitId::mac_array)[Activity::shadow_full], 3);
  EXPECT_EQ(run.cycles(UnitId::mac_array)[Activity::drain], 2 * 2);
}

TEST(Array, WithoutOverlapTheNextLoadWaitsForTheDrain) {
  config::HardwareConfig h = hardware();
  h.mac_array.overlap_weight_load = false;
  ProgramBuilder b(h);
  b.preload(preload(8));
  const std::size_t rows = b.matmul(matmul(8, 8));
  const TimedRun run = run_timing(b.finish());
  // Rows in 80 to 87, drained at the end of 93, loaded in 94 to 97, second fold in 98.
  EXPECT_EQ(run.done(rows), 98 + 8 + 6);
  EXPECT_EQ(98 - 80, 8 + 2 * 4 + 4 - 2);  // m + 2R + C - 2
  EXPECT_EQ(run.cycles(UnitId::weight_loader)[Activity::shadow_free], 94 - 80);
}

TEST(Array, BiasesTakeFourAccessesAtLeast) {
  config::HardwareConfig h = hardware();
  h.mac_array.rows = 2;
  ProgramBuilder b(h);
  isa::Preload p = preload(4);
  p.load_bias = true;
  p.bias_address = 64;
  const std::size_t load = b.preload(p);
  isa::Matmul m = matmul(8, 4);
  m.start_from_bias = true;
  const std::size_t rows = b.matmul(m);
  const TimedRun run = run_timing(b.finish());
  EXPECT_EQ(run.done(load), 76 + 4 + 2);  // max(2, 4) and 2
  EXPECT_EQ(run.done(rows), 80 + 2 * 8 + 2 + 4 - 2);
}

TEST(Array, TheNextInstructionNeedNotWaitForTheDrain) {
  ProgramBuilder b(hardware());
  b.preload(preload(4));
  const std::size_t first = b.matmul(matmul(8, 4));
  b.preload(preload(4));
  const std::size_t second = b.matmul(matmul(8, 4));
  const TimedRun run = run_timing(b.finish());
  EXPECT_EQ(run.start(second), 88);
  EXPECT_EQ(run.done(first), 88 + 6);
  EXPECT_EQ(run.done(second), 96 + 6);
}

TEST(Feeder, RowsThatTouchTwoWordsTakeTwoSlots) {
  ProgramBuilder b(hardware());
  b.preload(preload(4));
  isa::Matmul m = matmul(8, 4);
  m.in_address = 2;
  const std::size_t rows = b.matmul(m);
  const TimedRun run = run_timing(b.finish());
  EXPECT_EQ(run.done(rows), 80 + 16 + 6);
  EXPECT_EQ(run.cycles(UnitId::mac_array)[Activity::feeder], 8);
  EXPECT_EQ(run.cycles(UnitId::mac_array).busy(), 8);
}

TEST(Feeder, MoreBytesPerCycleTakeThemAtOnce) {
  config::HardwareConfig h = hardware();
  h.feeder.bytes_per_cycle = 11;  // two words of 4
  isa::Matmul m = matmul(8, 4);
  m.in_address = 2;
  for (const std::int64_t banks : {2, 1}) {
    h.activation_scratchpad.banks =
        banks;  // with one bank there is one word per access all the same
    ProgramBuilder b(h);
    b.preload(preload(4));
    const std::size_t rows = b.matmul(m);
    const TimedRun run = run_timing(b.finish());
    EXPECT_EQ(run.done(rows), 80 + 8 * (banks == 2 ? 1 : 2) + 6);
  }
}

TEST(Feeder, PaddingTakesOneSlot) {
  ProgramBuilder b(hardware());
  b.preload(preload(4));
  isa::Matmul m = matmul(8, 4);
  m.in_address = 2;
  m.in_width = 7;
  m.pad_left = 1;
  const std::size_t rows = b.matmul(m);
  const TimedRun run = run_timing(b.finish());
  EXPECT_EQ(run.done(rows), 80 + 1 + 7 * 2 + 6);
}

}  // namespace
}  // namespace npusim::test
