// SPDX-License-Identifier: Apache-2.0
// docs/timing-model.md, sections 7 and 8: 4 lanes, words of 4 bytes in 2 banks, pipelines of 6
// and 4. Instruction 0 brings the records: 16 bytes, granted in 77, complete in 89, written in 4
// accesses. What waits for it starts in 93.
#include <gtest/gtest.h>

#include "tests/timing/program_builder.h"

namespace npusim::test {
namespace {

using model::UnitId;
using stats::Activity;

constexpr std::int64_t kStart = 93;

// A Program whose weight scratchpad begins with these bytes when its second instruction starts.
struct WithRecords {
  WithRecords(isa::Unit reader, std::vector<std::uint8_t> bytes,
              const config::HardwareConfig& hardware = small_hardware(512))
      : builder(hardware), there(builder.semaphore(isa::Unit::dma_weights, reader)) {
    bytes.resize(16);
    builder.image(bytes);
    isa::Dma dma;
    dma.bytes = 16;
    builder.load_weights(dma, 0, there);
  }
  ProgramBuilder builder;
  std::uint32_t there;
};

isa::Requantize requantize(std::uint16_t pixels, std::uint16_t columns) {
  isa::Requantize r;
  r.pixels = pixels;
  r.columns = columns;
  r.out_pixel_stride_bytes = 8;
  r.field_bits = 4;
  r.shifts_address = 5;
  return r;
}

TEST(Requantization, ParametersThenRows) {
  WithRecords p(isa::Unit::requantization, ProgramBuilder::record());
  const std::size_t i = p.builder.requantize(requantize(8, 4), p.there);
  const TimedRun run = run_timing(p.builder.finish());
  EXPECT_EQ(run.start(i), kStart);
  // 5 bytes of record and 2 of shifts: 2 lines of 4. A row of 4 channels: 1 access.
  EXPECT_EQ(run.done(i), kStart + 2 + 8 + 6);
  EXPECT_EQ(run.cycles(UnitId::requantization).busy(), 10);
  EXPECT_EQ(run.cycles(UnitId::requantization)[Activity::wait_dma_weights], kStart - 77);
}

TEST(Requantization, IsFreeBeforeItsPipelineIsEmpty) {
  WithRecords p(isa::Unit::requantization, ProgramBuilder::record());
  const std::size_t first = p.builder.requantize(requantize(8, 4), p.there);
  const std::size_t second = p.builder.requantize(requantize(8, 4));
  const TimedRun run = run_timing(p.builder.finish());
  EXPECT_EQ(run.start(second), kStart + 10);
  EXPECT_EQ(run.done(first), kStart + 10 + 6);
  EXPECT_EQ(run.done(second), kStart + 20 + 6);
}

/// Keeps a tensor's bytes as of its completion.
class CompletedTensor final : public model::Observer {
 public:
  void on_tensor(std::size_t /*tensor*/, const std::uint8_t* data, std::size_t count,
                 std::int64_t /*cycle*/) override {
    bytes.assign(data, data + count);
  }
  std::vector<std::uint8_t> bytes;
};

// The second has streamed over the same bytes when the first one's last value leaves the pipeline.
TEST(Requantization, ValuesAreThereWhenItIsDone) {
  WithRecords p(isa::Unit::requantization, ProgramBuilder::record());
  isa::Requantize r = requantize(1, 4);
  r.zero_point = 5;  // the accumulators hold zeros
  const std::size_t first = p.builder.requantize(r, p.there);
  r.zero_point = 9;
  p.builder.requantize(r);
  isa::Program program = p.builder.finish();
  isa::TensorInfo tensor;
  tensor.channels = 4;
  tensor.memory = isa::Memory::activation_scratchpad;
  tensor.complete_after = static_cast<std::int64_t>(first);
  program.tensors.push_back(tensor);
  CompletedTensor completed;
  model::SimulationOptions options;
  options.observer = &completed;
  model::simulate(program, {}, options);
  EXPECT_EQ(completed.bytes, (std::vector<std::uint8_t>{5, 5, 5, 5}));
}

TEST(Requantization, FewerLanesTakeLonger) {
  config::HardwareConfig h = small_hardware(512);
  h.requantization.lanes = 3;
  WithRecords p(isa::Unit::requantization, ProgramBuilder::record(), h);
  const std::size_t i = p.builder.requantize(requantize(8, 4), p.there);
  const TimedRun run = run_timing(p.builder.finish());
  EXPECT_EQ(run.done(i), kStart + 2 + 8 * 2 + 6);
}

TEST(Requantization, RowsGoInGroupsThatTheLanesHold) {
  config::HardwareConfig h = small_hardware(512);
  h.mac_array.depthwise_pixels = 3;
  const auto done = [&](std::int64_t lanes, std::int64_t banks) {
    h.requantization.lanes = lanes;
    h.activation_scratchpad.banks = banks;
    WithRecords p(isa::Unit::requantization, ProgramBuilder::record(), h);
    const std::size_t i = p.builder.requantize(requantize(8, 4), p.there);
    return run_timing(p.builder.finish()).done(i);
  };
  // 8 rows of one word each: groups of 3, 3 and 2; what two banks do not take in one access costs
  // two. 11 lanes hold two rows, 7 one; 16 lanes four, but the array gives three.
  EXPECT_EQ(done(12, 4), kStart + 2 + 3 + 6);
  EXPECT_EQ(done(12, 2), kStart + 2 + 2 + 2 + 1 + 6);
  EXPECT_EQ(done(11, 4), kStart + 2 + 4 + 6);
  EXPECT_EQ(done(7, 4), kStart + 2 + 8 + 6);
  EXPECT_EQ(done(16, 4), kStart + 2 + 3 + 6);
}

TEST(Requantization, RowsAcrossWordsTakeTheBanksTheyTouch) {
  config::HardwareConfig h = small_hardware(512);
  h.activation_scratchpad.banks = 1;
  WithRecords p(isa::Unit::requantization, ProgramBuilder::record(), h);
  isa::Requantize r = requantize(8, 4);
  r.out_address = 2;  // every row in two words of one bank
  const std::size_t i = p.builder.requantize(r, p.there);
  const TimedRun run = run_timing(p.builder.finish());
  EXPECT_EQ(run.done(i), kStart + 2 + 8 * 2 + 6);
}

TEST(Requantization, PerChannelRecordsAreOnePerColumn) {
  std::vector<std::uint8_t> records;
  for (int i = 0; i < 3; ++i) {
    const std::vector<std::uint8_t> one{0, 0, 0, 0x40, 31};
    records.insert(records.end(), one.begin(), one.end());
  }
  WithRecords p(isa::Unit::requantization, records);
  isa::Requantize r = requantize(8, 3);
  r.per_channel = true;
  r.field_bits = 0;
  const std::size_t i = p.builder.requantize(r, p.there);
  const TimedRun run = run_timing(p.builder.finish());
  EXPECT_EQ(run.done(i), kStart + 4 + 8 + 6);  // ceil(15 / 4) lines
}

isa::Pool pool_2x2() {
  isa::Pool p;  // 4 x 4 pixels of 8 channels to 2 x 2
  p.in_height = 4;
  p.in_width = 4;
  p.channels = 8;
  p.pixel_stride_bytes = 8;
  p.row_stride_bytes = 32;
  p.kernel_h = 2;
  p.kernel_w = 2;
  p.stride_h = 2;
  p.stride_w = 2;
  p.out_address = 128;
  p.out_pixel_stride_bytes = 8;
  p.out_width = 2;
  p.pixels = 4;
  return p;
}

TEST(Vector, MaxPoolingReadsEveryCell) {
  ProgramBuilder b(small_hardware(512));
  const std::size_t i = b.pool(pool_2x2());
  const TimedRun run = run_timing(b.finish());
  // 4 pixels x 2 chunks x (4 cells + result), no parameters.
  EXPECT_EQ(run.done(i), 76 + 40 + 4);
  EXPECT_EQ(run.cycles(UnitId::vector).busy(), 40);
  EXPECT_EQ(run.cycles(UnitId::vector)[Activity::pipeline], 4);
}

TEST(Vector, PaddingIsNotRead) {
  ProgramBuilder b(small_hardware(512));
  isa::Pool p = pool_2x2();
  p.pad_top = 1;
  p.pad_left = 1;
  const std::size_t i = b.pool(p);
  const TimedRun run = run_timing(b.finish());
  EXPECT_EQ(run.done(i), 76 + 2 * ((1 + 2 + 2 + 4) + 4) + 4);
}

TEST(Vector, AverageReadsTheEntriesOfItsDivisors) {
  // Two divisors are there; the instruction's windows have 4 cells only.
  const std::vector<std::uint8_t> record{2, 2, 0, 0, 0, 0, 0x40, 31, 4, 0, 0, 0, 0, 0x40, 31};
  WithRecords p(isa::Unit::vector, record);
  isa::Pool pool = pool_2x2();
  pool.operation = isa::PoolOperation::average;
  const std::size_t one = p.builder.pool(pool, p.there);
  pool.pad_top = 1;
  pool.kernel_h = 2;
  pool.pixels = 4;  // windows of 2 and of 4 cells
  const std::size_t two = p.builder.pool(pool);
  const TimedRun run = run_timing(p.builder.finish());
  EXPECT_EQ(run.done(one), kStart + 2 + 40 + 4);  // 1 + 7 bytes: 2 lines
  EXPECT_EQ(run.start(two), run.done(one));       // free when done
  EXPECT_EQ(run.done(two) - run.start(two), 4 + 2 * (2 + 2 + 4 + 4 + 4) + 4);  // 15 bytes: 4 lines
}

isa::Elementwise elementwise(isa::ElementwiseOperation operation) {
  isa::Elementwise e;
  e.operation = operation;
  e.pixels = 3;
  e.channels = 6;
  e.a_pixel_stride_bytes = 8;
  e.b_address = 64;
  e.b_pixel_stride_bytes = 8;
  e.out_address = 128;
  e.out_pixel_stride_bytes = 8;
  return e;
}

TEST(Vector, AddReadsTwoOperands) {
  WithRecords p(isa::Unit::vector, {1, 0, 0, 0, 1, 0, 0, 0, 1});
  const std::size_t i = p.builder.elementwise(elementwise(isa::ElementwiseOperation::add), p.there);
  const TimedRun run = run_timing(p.builder.finish());
  EXPECT_EQ(run.done(i), kStart + 3 + 3 * 2 * 3 + 4);  // 9 bytes: 3 lines; 3 pixels x 2 chunks x 3
}

TEST(Vector, BroadcastOperandIsReadOncePerChunk) {
  WithRecords p(isa::Unit::vector, ProgramBuilder::record());
  isa::Elementwise e = elementwise(isa::ElementwiseOperation::mul);
  e.broadcast_b = true;
  const std::size_t i = p.builder.elementwise(e, p.there);
  const TimedRun run = run_timing(p.builder.finish());
  EXPECT_EQ(run.done(i), kStart + 2 + 3 * 2 * 2 + 2 + 4);
}

TEST(Vector, RescaleAndLookupReadOneOperand) {
  WithRecords p(isa::Unit::vector, ProgramBuilder::record());
  const std::size_t rescale =
      p.builder.elementwise(elementwise(isa::ElementwiseOperation::rescale), p.there);
  const std::size_t lookup = p.builder.elementwise(elementwise(isa::ElementwiseOperation::lookup));
  const TimedRun run = run_timing(p.builder.finish());
  EXPECT_EQ(run.done(rescale), kStart + 2 + 12 + 4);
  EXPECT_EQ(run.done(lookup), run.done(rescale) + 64 + 12 + 4);  // 256 bytes: 64 lines
}

TEST(Vector, ChunksWiderThanTheBanksTakeSeveralAccesses) {
  config::HardwareConfig h = small_hardware(512);
  h.vector_unit.lanes = 8;
  h.activation_scratchpad.banks = 1;
  WithRecords p(isa::Unit::vector, ProgramBuilder::record(), h);
  isa::Elementwise e = elementwise(isa::ElementwiseOperation::rescale);
  e.channels = 8;
  e.a_address = 2;  // 8 bytes from 2 on: three words; the result: two
  const std::size_t i = p.builder.elementwise(e, p.there);
  const TimedRun run = run_timing(p.builder.finish());
  EXPECT_EQ(run.done(i), kStart + 2 + 3 * (3 + 2) + 4);
}

}  // namespace
}  // namespace npusim::test
