// SPDX-License-Identifier: Apache-2.0
// docs/timing-model.md, section 4: who comes first at the ports, each neighbour in the order once.
// In each test two units want the same port; the second one's stalls are the first one's accesses.
#include <gtest/gtest.h>

#include "tests/timing/program_builder.h"

namespace npusim::test {
namespace {

using isa::Unit;
using model::UnitId;
using stats::Activity;

isa::Pool pool(std::uint16_t pixels) {
  isa::Pool p;
  p.out_address = 64;
  p.in_width = pixels;
  p.out_width = pixels;
  p.pixels = pixels;
  p.out_pixel_stride_bytes = 1;
  return p;
}

isa::Requantize requantize() {
  isa::Requantize r;
  r.pixels = 8;
  r.columns = 4;
  r.out_address = 1024;
  r.out_pixel_stride_bytes = 4;
  return r;
}

isa::Preload preload() {
  isa::Preload p;
  p.k_end = 4;
  p.columns = 4;
  return p;
}

isa::Matmul matmul() {
  isa::Matmul m;
  m.pixels = 8;
  m.out_width = 8;
  m.k_end = 4;
  m.columns = 4;
  m.in_width = 8;
  m.channels = 4;
  m.pixel_stride_bytes = 4;
  m.row_stride_bytes = 32;
  return m;
}

config::HardwareConfig hardware() {
  config::HardwareConfig h = small_hardware(1024);
  h.dma.outstanding_requests = 16;
  return h;
}

// Records in the weight scratchpad, and then both units start in the same cycle.
struct Both {
  Both(Unit a, Unit b, const config::HardwareConfig& h = hardware()) : builder(h) {
    std::vector<std::uint8_t> image = ProgramBuilder::record();
    const std::vector<std::uint8_t> average{1, 1, 0, 0, 0, 0, 0x40, 31};
    image.resize(8);
    image.insert(image.end(), average.begin(), average.end());
    builder.image(image);
    go_a = builder.semaphore(Unit::dma_weights, a);
    go_b = builder.semaphore(Unit::dma_weights, b);
    builder.load_weights(dma(0, 0, 16), 0, go_a | go_b);
  }
  ProgramBuilder builder;
  std::uint32_t go_a;
  std::uint32_t go_b;
};

TEST(ActivationPort, DmaInBeforeDmaOut) {
  ProgramBuilder b(hardware());
  b.load(dma(2048, 0, 16));      // written for 2 cycles
  b.store(dma(2048, 512, 160));  // reads for 20 cycles, from the start on
  const TimedRun run = run_timing(b.finish());
  EXPECT_EQ(run.cycles(UnitId::dma_in)[Activity::port], 0);
  EXPECT_EQ(run.cycles(UnitId::dma_out)[Activity::port], 2);
}

TEST(ActivationPort, DmaOutBeforeRequantization) {
  Both p(Unit::dma_out, Unit::requantization);
  const std::size_t store = p.builder.store(dma(2048, 512, 48), p.go_a);  // 6 accesses
  const std::size_t lanes =
      p.builder.requantize(requantize(), p.go_b);  // its rows from the third on
  const TimedRun run = run_timing(p.builder.finish());
  EXPECT_EQ(run.start(store), run.start(lanes));
  EXPECT_EQ(run.cycles(UnitId::dma_out)[Activity::port], 0);
  EXPECT_EQ(run.cycles(UnitId::requantization)[Activity::port], 4);
  EXPECT_EQ(run.done(lanes), run.start(lanes) + 2 + 4 + 8 + 6);
}

TEST(ActivationPort, RequantizationBeforeVector) {
  Both p(Unit::requantization, Unit::vector);
  const std::size_t lanes = p.builder.requantize(requantize(), p.go_a);
  const std::size_t vector =
      p.builder.pool(pool(5), p.go_b);  // 2 accesses before the lanes' 8, 8 after
  const TimedRun run = run_timing(p.builder.finish());
  EXPECT_EQ(run.cycles(UnitId::requantization)[Activity::port], 0);
  EXPECT_EQ(run.done(lanes), run.start(lanes) + 2 + 8 + 6);
  EXPECT_EQ(run.cycles(UnitId::vector)[Activity::port], 8);
  EXPECT_EQ(run.done(vector), run.start(vector) + 2 + 8 + 8 + 4);
}

TEST(ActivationPort, VectorBeforeFeeder) {
  Both p(Unit::vector, Unit::mac_array);
  p.builder.preload(preload());  // long there
  p.builder.pool(pool(3), p.go_a);
  const std::size_t rows = p.builder.matmul(matmul(), p.go_b);
  const TimedRun run = run_timing(p.builder.finish());
  EXPECT_EQ(run.cycles(UnitId::vector)[Activity::port], 0);
  EXPECT_EQ(run.cycles(UnitId::mac_array)[Activity::port], 6);
  EXPECT_EQ(run.done(rows), run.start(rows) + 6 + 8 + 6);
}

TEST(ActivationPort, TwoPortsServeTwo) {
  config::HardwareConfig h = hardware();
  h.activation_scratchpad.ports = 2;
  Both p(Unit::vector, Unit::mac_array, h);
  p.builder.preload(preload());
  p.builder.pool(pool(3), p.go_a);
  p.builder.matmul(matmul(), p.go_b);
  const TimedRun run = run_timing(p.builder.finish());
  EXPECT_EQ(run.cycles(UnitId::mac_array)[Activity::port], 0);
}

TEST(WeightPort, DmaBeforeRequantizationParameters) {
  ProgramBuilder b(hardware());
  std::vector<std::uint8_t> image = ProgramBuilder::record();
  image.resize(64);
  b.image(image);
  const std::uint32_t go = b.semaphore(Unit::dma_weights, Unit::requantization);
  const std::size_t first = b.load_weights(dma(0, 0, 16), 0, go);
  b.load_weights(dma(16, 64, 48));  // follows without gap: 12 accesses
  const std::size_t lanes = b.requantize(requantize(), go);
  const TimedRun run = run_timing(b.finish());
  EXPECT_EQ(run.start(lanes), run.done(first));
  EXPECT_EQ(run.cycles(UnitId::dma_weights)[Activity::port], 0);
  EXPECT_EQ(run.cycles(UnitId::requantization)[Activity::port], 12);
}

TEST(WeightPort, RequantizationParametersBeforeVectorParameters) {
  Both p(Unit::requantization, Unit::vector);
  const std::size_t lanes = p.builder.requantize(requantize(), p.go_a);  // 2 lines
  isa::Pool average = pool(1);
  average.operation = isa::PoolOperation::average;
  average.record_address = 8;
  const std::size_t vector = p.builder.pool(average, p.go_b);  // 2 lines
  const TimedRun run = run_timing(p.builder.finish());
  EXPECT_EQ(run.start(lanes), run.start(vector));
  // 2 lines and then 8 rows of the lanes before the vector unit's 2 accesses, which begin 4 cycles
  // after the start and so wait for 6 rows more.
  EXPECT_EQ(run.timeline.spent(UnitId::vector, Activity::port, vector), 2 + 6);
  EXPECT_EQ(run.cycles(UnitId::requantization)[Activity::port], 0);
}

TEST(WeightPort, VectorParametersBeforeWeightLoader) {
  Both p(Unit::vector, Unit::weight_loader);
  isa::Pool average = pool(1);
  average.operation = isa::PoolOperation::average;
  average.record_address = 8;
  p.builder.pool(average, p.go_a);
  const std::size_t load = p.builder.preload(preload(), p.go_b);
  p.builder.matmul(matmul());
  const TimedRun run = run_timing(p.builder.finish());
  EXPECT_EQ(run.cycles(UnitId::vector)[Activity::port], 0);
  EXPECT_EQ(run.cycles(UnitId::weight_loader)[Activity::port], 2);
  EXPECT_EQ(run.done(load), run.start(load) + 2 + 4);
}

}  // namespace
}  // namespace npusim::test
