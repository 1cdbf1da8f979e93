// SPDX-License-Identifier: Apache-2.0
// docs/timing-model.md, section 4: what words with check bits cost. SECDED where no other kind is
// named; protected words of 32 bits, as large as a bank's word.
#include <gtest/gtest.h>

#include "tests/timing/program_builder.h"

namespace npusim::test {
namespace {

using config::Protection;
using isa::Unit;
using model::UnitId;
using stats::Activity;

constexpr std::int64_t kStart = 76;  // of the first instruction

config::HardwareConfig guarded(Protection activations, Protection weights) {
  config::HardwareConfig h = small_hardware(512);
  h.activation_scratchpad.protection = activations;
  h.activation_scratchpad.protected_word_bits = 32;
  h.weight_scratchpad.protection = weights;
  h.weight_scratchpad.protected_word_bits = 32;
  return h;
}

isa::Preload preload(std::uint32_t k_end, std::uint16_t pixels = 0) {
  isa::Preload p;
  p.k_end = k_end;
  p.columns = 4;
  p.load_bias = true;
  p.pixels = pixels;
  return p;
}

isa::Matmul matmul(std::uint16_t pixels, std::uint32_t channels, isa::ArrayMode mode) {
  isa::Matmul m;
  m.mode = mode;
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

struct ArrayDone {
  std::int64_t load, sums;
  std::int64_t waits;  // of the array for weights
  bool operator==(const ArrayDone& other) const {
    return load == other.load && sums == other.sums && waits == other.waits;
  }
};
std::ostream& operator<<(std::ostream& out, const ArrayDone& d) {
  return out << d.load << ", " << d.sums << ", " << d.waits;
}

ArrayDone run_array(const config::HardwareConfig& h, std::uint16_t pixels, std::uint32_t channels,
                    isa::ArrayMode mode) {
  const bool tiles = mode == isa::ArrayMode::output_stationary;
  ProgramBuilder b(h);
  const std::size_t load = b.preload(preload(channels, tiles ? pixels : 0));
  const std::size_t sums = b.matmul(matmul(pixels, channels, mode));
  const TimedRun run = run_timing(b.finish());
  return {run.done(load), run.done(sums), run.cycles(UnitId::mac_array)[Activity::shadow_full]};
}

// Two folds of 4 rows of 4. The first weights are there in 80, with a decoder in 81; the fold's
// slots are 80-83, and the next weights are loaded from the swap on.
TEST(Protection, FoldsWaitForDecodedWeightsAndRows) {
  const auto run = [](Protection activations, Protection weights) {
    return run_array(guarded(activations, weights), 4, 8, isa::ArrayMode::weight_stationary);
  };
  const auto none = Protection::none, parity = Protection::parity, secded = Protection::secded;
  const ArrayDone plain{84, 88 + 6, 3};
  EXPECT_EQ(run(none, none), plain);
  EXPECT_EQ(run(parity, parity), plain);
  // Slots 81-84, loads 81-84, there in 86: slots 86-89.
  EXPECT_EQ(run(none, secded), (ArrayDone{86, 90 + 6, 3 + 1 + 1}));
  // Slots 80-83, swap in 81, loads 81-84, there in 85: slots 85-88, the last row enters in 89.
  EXPECT_EQ(run(secded, none), (ArrayDone{85, 89 + 6 + 1, 3 + 1}));
  // Slots 81-84, swap in 82, loads 82-85, there in 87: slots 87-90.
  EXPECT_EQ(run(secded, secded), (ArrayDone{87, 91 + 6 + 1, 3 + 1 + 2}));
}

TEST(Protection, LoadsBehindTheDrainAreBehindTheDecoderToo) {
  config::HardwareConfig h = guarded(Protection::secded, Protection::secded);
  h.mac_array.overlap_weight_load = false;
  // Slots 81-84, drained in 85 + 6 + 1; loads 92-95, there in 97: slots 97-100.
  EXPECT_EQ(run_array(h, 4, 8, isa::ArrayMode::weight_stationary).sums, 101 + 6 + 1);
}

// Two tiles of 4 pixels, each two chunks of 4 k, one slot for a step.
TEST(Protection, TilesWaitForDecodedOperands) {
  config::HardwareConfig h = guarded(Protection::secded, Protection::secded);
  h.mac_array.dataflow = config::Dataflow::output_stationary;
  const auto tiles = isa::ArrayMode::output_stationary;
  // Chunks begin 4 + 2 apart: 81, 87, 93, 99.
  EXPECT_EQ(run_array(h, 8, 8, tiles), (ArrayDone{99, 103 + 10 + 1, 4 + 3 * 2}));
  h.mac_array.overlap_drain = false;
  // The first tile ends in 91 and is gone in 91 + 10 + 1: chunks in 102 and 108.
  EXPECT_EQ(run_array(h, 8, 8, tiles).sums, 112 + 10 + 1);
}

// A requantization's record and shifts are 2 lines; 8 rows of 4 channels.
TEST(Protection, LanesWaitForDecodedParameters) {
  const auto run = [](Protection activations, Protection weights, std::uint32_t out) {
    ProgramBuilder b(guarded(activations, weights));
    const std::uint32_t there = b.semaphore(Unit::dma_weights, Unit::requantization);
    std::vector<std::uint8_t> bytes = ProgramBuilder::record();
    bytes.resize(16);
    b.image(bytes);
    const std::size_t load = b.load_weights(dma(0, 0, 16), 0, there);
    isa::Requantize r;
    r.pixels = 8;
    r.columns = 4;
    r.out_address = out;
    r.out_pixel_stride_bytes = 8;
    r.field_bits = 4;
    r.shifts_address = 5;
    const std::size_t lanes = b.requantize(r, there);
    const TimedRun timed = run_timing(b.finish());
    EXPECT_EQ(timed.done(load), timed.start(lanes));
    EXPECT_EQ(timed.cycles(UnitId::requantization)[Activity::decode],
              weights == Protection::secded ? 1 : 0);
    return timed.done(lanes) - timed.start(lanes);
  };
  EXPECT_EQ(run(Protection::none, Protection::none, 0), 2 + 8 + 6);
  EXPECT_EQ(run(Protection::secded, Protection::parity, 0), 2 + 8 + 6);
  EXPECT_EQ(run(Protection::none, Protection::secded, 0), 2 + 1 + 8 + 6);
  // From byte 2 on every row covers two words in part, which one access of 2 banks reads.
  EXPECT_EQ(run(Protection::none, Protection::none, 2), 2 + 8 + 6);
  EXPECT_EQ(run(Protection::parity, Protection::none, 2), 2 + 2 * 8 + 6);
}

TEST(Protection, TheVectorUnitDecodesParametersAndOperands) {
  const auto run = [](Protection activations, Protection weights, isa::PoolOperation operation) {
    ProgramBuilder b(guarded(activations, weights));
    isa::Pool p;
    p.operation = operation;
    p.count_include_pad = true;
    p.pixels = 2;
    p.channels = 4;
    p.in_height = 1;
    p.in_width = p.out_width = 2;
    p.kernel_h = p.kernel_w = 1;
    p.stride_h = p.stride_w = 1;
    p.pixel_stride_bytes = p.out_pixel_stride_bytes = 4;
    p.row_stride_bytes = 8;
    p.out_address = 32;
    std::vector<std::uint8_t> record{1, 1, 0, 0, 0, 0, 0x40, 31};
    record.resize(16);
    b.image(record);
    const std::uint32_t there = b.semaphore(Unit::dma_weights, Unit::vector);
    b.load_weights(dma(0, 0, 16), 0, there);
    const std::size_t pool = b.pool(p, there);
    const TimedRun timed = run_timing(b.finish());
    return std::pair(timed.done(pool) - timed.start(pool),
                     timed.cycles(UnitId::vector)[Activity::pipeline]);
  };
  const auto average = isa::PoolOperation::average, max = isa::PoolOperation::max;
  const auto none = Protection::none, secded = Protection::secded;
  // 8 bytes of parameters are 2 lines; a read and a write for each pixel.
  EXPECT_EQ(run(none, none, average), std::pair(2 + 4 + 4L, 4L));
  EXPECT_EQ(run(none, secded, average), std::pair(2 + 1 + 4 + 4L, 4L));
  EXPECT_EQ(run(secded, none, average), std::pair(2 + 4 + 4 + 1L, 5L));
  EXPECT_EQ(run(none, secded, max), std::pair(4 + 4L, 4L));  // no parameters to decode
}

// 20 bytes to byte 2: bursts of 16 and 4, each with a part of a word at both ends.
TEST(Protection, TransfersReadTheWordsThatTheyCoverInPart) {
  const auto busy = [](Protection kind, bool to_weights, std::uint32_t local) {
    ProgramBuilder b(
        guarded(to_weights ? Protection::none : kind, to_weights ? kind : Protection::none));
    b.image(std::vector<std::uint8_t>(32));
    to_weights ? b.load_weights(dma(0, local, 20)) : b.load(dma(0, local, 20));
    const TimedRun run = run_timing(b.finish());
    return run.cycles(to_weights ? UnitId::dma_weights : UnitId::dma_in).busy();
  };
  // Activations: 5 words are 3 accesses and 2 are 1; weights: 4 lines and 1.
  EXPECT_EQ(busy(Protection::none, false, 2), 3 + 1);
  EXPECT_EQ(busy(Protection::secded, false, 2), 3 + 2 + 1 + 1);
  EXPECT_EQ(busy(Protection::parity, false, 2), 3 + 2 + 1 + 1);
  EXPECT_EQ(busy(Protection::secded, false, 4), 2 + 1);
  EXPECT_EQ(busy(Protection::none, true, 2), 4 + 1);
  EXPECT_EQ(busy(Protection::parity, true, 2), 4 + 2 + 1 + 1);
  EXPECT_EQ(busy(Protection::secded, true, 4), 4 + 1);
}

// Reading never takes longer; its write is asked for a cycle later.
TEST(Protection, StoresAreDecodedBeforeTheyAreAskedFor) {
  for (const std::int64_t ports : {1, 3}) {  // with and without a rival the machine must wait for
    const auto run = [ports](Protection kind) {
      config::HardwareConfig h = guarded(kind, Protection::none);
      h.activation_scratchpad.ports = ports;
      ProgramBuilder b(h);
      b.store(dma(1024, 2, 32));
      return run_timing(b.finish());
    };
    const TimedRun plain = run(Protection::parity);
    const TimedRun late = run(Protection::secded);
    // 5 words: 3 accesses for each burst, asked for in the third.
    EXPECT_EQ(plain.timeline.grants(UnitId::dma_out),
              (std::vector<std::int64_t>{kStart + 3, kStart + 6}));
    EXPECT_EQ(late.timeline.grants(UnitId::dma_out),
              (std::vector<std::int64_t>{kStart + 4, kStart + 7}));
    EXPECT_EQ(late.result.total_cycles, plain.result.total_cycles + 1);
  }
}

}  // namespace
}  // namespace npusim::test
