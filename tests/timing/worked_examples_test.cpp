// SPDX-License-Identifier: Apache-2.0
// The worked examples of docs/timing-model.md, section 11: every number in their tables, here.
#include <gtest/gtest.h>

#include "sim/stats/bounds.h"
#include "tests/timing/program_builder.h"

namespace npusim::test {
namespace {

using isa::Unit;
using model::UnitId;
using stats::Activity;
using Cycles = std::vector<std::int64_t>;

// Weights of `k` x 4, 4 biases, record and channel shifts, one after another.
struct Parameters {
  Parameters(ProgramBuilder& b, std::uint32_t k, std::uint32_t at) : local(at), weights(4 * k) {
    std::vector<std::uint8_t> bytes(bytes_without_record());
    const std::vector<std::uint8_t> record = ProgramBuilder::record();
    bytes.insert(bytes.end(), record.begin(), record.end());
    size = static_cast<std::uint32_t>(bytes.size());
    bytes.resize((bytes.size() + 15) / 16 * 16);
    dram = b.image(bytes);
  }
  std::size_t bytes_without_record() const { return weights + 16; }

  isa::Preload preload(std::uint32_t k) const {
    isa::Preload p;
    p.weights_address = local;
    p.bias_address = local + weights;
    p.k_end = k;
    p.columns = 4;
    p.load_bias = true;
    return p;
  }
  isa::Requantize requantize(std::uint16_t pixels, std::uint32_t out) const {
    isa::Requantize r;
    r.pixels = pixels;
    r.columns = 4;
    r.out_address = out;
    r.out_pixel_stride_bytes = 4;
    r.record_address = local + weights + 16;
    r.shifts_address = r.record_address + 5;
    r.field_bits = 4;
    return r;
  }

  std::uint32_t local;
  std::uint32_t weights;
  std::uint32_t size = 0;
  std::uint64_t dram = 0;
};

isa::Matmul pointwise(std::uint32_t in, std::uint32_t channels) {
  isa::Matmul m;
  m.start_from_bias = true;
  m.pixels = 8;
  m.out_width = 8;
  m.k_end = channels;
  m.columns = 4;
  m.in_address = in;
  m.in_width = 8;
  m.channels = channels;
  m.pixel_stride_bytes = channels;
  m.row_stride_bytes = 8 * channels;
  return m;
}

struct Semaphores {
  explicit Semaphores(ProgramBuilder& b)
      : a(b.semaphore(Unit::dma_weights, Unit::weight_loader)),
        b(b.semaphore(Unit::dma_weights, Unit::requantization)),
        c(b.semaphore(Unit::dma_in, Unit::mac_array)),
        d(b.semaphore(Unit::mac_array, Unit::requantization)),
        e(b.semaphore(Unit::requantization, Unit::dma_out)),
        f(b.semaphore(Unit::requantization, Unit::mac_array)) {}
  std::uint32_t a, b, c, d, e, f;
};

TEST(WorkedExample, PointwiseTile) {
  ProgramBuilder b(small_hardware(512));
  const Semaphores s(b);
  const Parameters p(b, 8, 0);
  const std::size_t weights = b.load_weights(dma(p.dram, 0, p.size), 0, s.a | s.b);
  const std::size_t input = b.load(dma(1024, 0, 64), 0, s.c);
  const std::size_t preload = b.preload(p.preload(8), s.a);
  const std::size_t matmul = b.matmul(pointwise(0, 8), s.c, s.d);
  const std::size_t lanes = b.requantize(p.requantize(8, 64), s.b | s.d, s.e);
  const std::size_t store = b.store(dma(2048, 64, 32), s.e);
  const isa::Program program = b.finish();
  const TimedRun run = run_timing(program);

  EXPECT_EQ(run.start(weights), 76);
  EXPECT_EQ(run.start(input), 77);
  EXPECT_EQ(run.timeline.grants(UnitId::dma_weights), (Cycles{77, 87, 89, 91}));
  EXPECT_EQ(run.timeline.grants(UnitId::dma_in), (Cycles{79, 81, 83, 85}));
  EXPECT_EQ(run.done(input), 99);
  EXPECT_EQ(run.done(weights), 109);
  EXPECT_EQ(run.start(preload), 109);
  EXPECT_EQ(run.done(preload), 117);
  EXPECT_EQ(run.start(matmul), 99);
  EXPECT_EQ(run.done(matmul), 135);
  EXPECT_EQ(run.start(lanes), 135);
  EXPECT_EQ(run.done(lanes), 151);
  EXPECT_EQ(run.start(store), 151);
  EXPECT_EQ(run.timeline.grants(UnitId::dma_out), (Cycles{153, 155}));
  EXPECT_EQ(run.done(store), 162);
  EXPECT_EQ(run.result.total_cycles, 162);

  EXPECT_EQ(run.cycles(UnitId::mac_array)[Activity::wait_dma_in], 99 - 79);
  EXPECT_EQ(run.cycles(UnitId::mac_array)[Activity::shadow_full], 113 - 99);
  EXPECT_EQ(run.cycles(UnitId::mac_array).busy(), 16);
  EXPECT_EQ(run.result.layers[0].span_cycles, 129 - 99);
  const std::vector<stats::LayerBounds> bounds = stats::layer_bounds(program);
  EXPECT_EQ(bounds[0].compute_bound_cycles, 16);
  EXPECT_EQ(bounds[0].memory_bound_cycles, (55 + 64 + 32 + 7) / 8);
}

TEST(WorkedExample, PointwiseTileBehindDecoders) {
  config::HardwareConfig hardware = small_hardware(512);
  hardware.activation_scratchpad.protection = config::Protection::secded;
  hardware.activation_scratchpad.protected_word_bits = 32;
  hardware.weight_scratchpad.protection = config::Protection::secded;
  hardware.weight_scratchpad.protected_word_bits = 32;
  ProgramBuilder b(hardware);
  const Semaphores s(b);
  const Parameters p(b, 8, 0);
  const std::size_t weights = b.load_weights(dma(p.dram, 0, p.size), 0, s.a | s.b);
  const std::size_t input = b.load(dma(1024, 0, 64), 0, s.c);
  const std::size_t preload = b.preload(p.preload(8), s.a);
  const std::size_t matmul = b.matmul(pointwise(0, 8), s.c, s.d);
  const std::size_t lanes = b.requantize(p.requantize(8, 64), s.b | s.d, s.e);
  const std::size_t store = b.store(dma(2048, 64, 32), s.e);
  const isa::Program program = b.finish();
  const TimedRun run = run_timing(program);

  EXPECT_EQ(run.done(input), 99);
  EXPECT_EQ(run.done(weights), 110);
  EXPECT_EQ(run.start(preload), 110);
  EXPECT_EQ(run.done(preload), 121);
  EXPECT_EQ(run.cycles(UnitId::mac_array)[Activity::shadow_full], 115 - 99);
  EXPECT_EQ(run.done(matmul), 138);
  EXPECT_EQ(run.start(lanes), 138);
  EXPECT_EQ(run.cycles(UnitId::requantization)[Activity::decode], 1);
  EXPECT_EQ(run.done(lanes), 155);
  EXPECT_EQ(run.timeline.grants(UnitId::dma_out), (Cycles{158, 160}));
  EXPECT_EQ(run.done(store), 167);
  EXPECT_EQ(run.result.total_cycles, 167);
  EXPECT_EQ(run.result.layers[0].span_cycles, 131 - 99);
  EXPECT_EQ(stats::layer_bounds(program)[0].compute_bound_cycles, 16);
}

TEST(WorkedExample, DepthwiseTile) {
  ProgramBuilder b(small_hardware(512));
  b.layer("depthwise_conv");
  const Semaphores s(b);
  const Parameters p(b, 9, 0);
  const std::size_t weights = b.load_weights(dma(p.dram, 0, p.size), 0, s.a | s.b);
  const std::size_t input = b.load(dma(1024, 0, 64), 0, s.c);
  const std::size_t preload = b.preload(p.preload(9), s.a);
  isa::Matmul m;
  m.mode = isa::ArrayMode::depthwise;
  m.start_from_bias = true;
  m.pixels = 16;
  m.out_width = 4;
  m.k_end = 9;
  m.columns = 4;
  m.in_height = 4;
  m.in_width = 4;
  m.channels = 4;
  m.pixel_stride_bytes = 4;
  m.row_stride_bytes = 16;
  m.kernel_h = 3;
  m.kernel_w = 3;
  m.pad_top = 1;
  m.pad_left = 1;
  const std::size_t matmul = b.matmul(m, s.c, s.d);
  const std::size_t lanes = b.requantize(p.requantize(16, 64), s.b | s.d);
  const TimedRun run = run_timing(b.finish());

  EXPECT_EQ(run.done(input), 99);
  EXPECT_EQ(run.done(weights), 110);
  EXPECT_EQ(run.start(preload), 110);
  EXPECT_EQ(run.done(preload), 134);
  EXPECT_EQ(run.cycles(UnitId::mac_array).busy(), 48);
  EXPECT_EQ(run.cycles(UnitId::mac_array)[Activity::feeder], 4);
  EXPECT_EQ(run.cycles(UnitId::mac_array)[Activity::port], 0);
  EXPECT_EQ(run.done(matmul), 172);
  EXPECT_EQ(run.start(lanes), 172);
  EXPECT_EQ(run.done(lanes), 196);
  EXPECT_EQ(run.result.total_cycles, 196);
  EXPECT_EQ(run.result.layers[0].span_cycles, 166 - 99);
}

TEST(WorkedExample, OutputStationaryTiles) {
  config::HardwareConfig hardware = small_hardware(512);
  hardware.mac_array.dataflow = config::Dataflow::output_stationary;
  ProgramBuilder b(hardware);
  const Semaphores s(b);
  const Parameters p(b, 8, 0);
  b.load_weights(dma(p.dram, 0, p.size), 0, s.a | s.b);
  b.load(dma(1024, 0, 64), 0, s.c);
  isa::Preload chunks = p.preload(8);
  chunks.pixels = 8;
  const std::size_t preload = b.preload(chunks, s.a);
  isa::Matmul tiles = pointwise(0, 8);
  tiles.mode = isa::ArrayMode::output_stationary;
  const std::size_t matmul = b.matmul(tiles, s.c, s.d);
  const std::size_t lanes = b.requantize(p.requantize(8, 64), s.b | s.d, s.e);
  const std::size_t store = b.store(dma(2048, 64, 32), s.e);
  const isa::Program program = b.finish();
  const TimedRun run = run_timing(program);

  EXPECT_EQ(run.start(preload), 109);
  EXPECT_EQ(run.done(preload), 125);
  EXPECT_EQ(run.start(matmul), 99);
  EXPECT_EQ(run.cycles(UnitId::mac_array)[Activity::shadow_full], 113 - 99);
  EXPECT_EQ(run.cycles(UnitId::mac_array).busy(), 16);
  EXPECT_EQ(run.cycles(UnitId::mac_array)[Activity::drain], 0);
  EXPECT_EQ(run.done(matmul), 139);
  EXPECT_EQ(run.start(lanes), 139);
  EXPECT_EQ(run.done(lanes), 155);
  EXPECT_EQ(run.start(store), 155);
  EXPECT_EQ(run.result.total_cycles, 166);
  EXPECT_EQ(run.result.layers[0].span_cycles, 129 - 99);
  EXPECT_EQ(stats::layer_bounds(program)[0].compute_bound_cycles, 16);
}

TEST(WorkedExample, DepthwiseTileOfTwoPixelsSideBySide) {
  config::HardwareConfig hardware = small_hardware(512);
  hardware.mac_array.depthwise_pixels = 2;
  hardware.feeder.bytes_per_cycle = 8;
  hardware.requantization.lanes = 8;
  ProgramBuilder b(hardware);
  b.layer("depthwise_conv");
  const Semaphores s(b);
  const Parameters p(b, 2, 0);
  const std::size_t weights = b.load_weights(dma(p.dram, 0, p.size), 0, s.a | s.b);
  const std::size_t input = b.load(dma(1024, 0, 64), 0, s.c);
  isa::Preload taps = p.preload(2);
  taps.column_pixels = 2;
  const std::size_t preload = b.preload(taps, s.a);
  isa::Matmul m;
  m.mode = isa::ArrayMode::depthwise;
  m.column_pixels = 2;
  m.start_from_bias = true;
  m.pixels = 16;
  m.out_width = 4;
  m.k_end = 2;
  m.columns = 4;
  m.in_height = 4;
  m.in_width = 4;
  m.channels = 4;
  m.pixel_stride_bytes = 4;
  m.row_stride_bytes = 16;
  m.kernel_w = 2;
  m.pad_left = 1;
  const std::size_t matmul = b.matmul(m, s.c, s.d);
  const std::size_t lanes = b.requantize(p.requantize(16, 64), s.b | s.d);
  const isa::Program program = b.finish();
  const TimedRun run = run_timing(program);

  EXPECT_EQ(run.done(input), 99);
  EXPECT_EQ(run.done(weights), 103);
  EXPECT_EQ(run.start(preload), 103);
  EXPECT_EQ(run.done(preload), 107);
  EXPECT_EQ(run.start(matmul), 99);
  EXPECT_EQ(run.cycles(UnitId::mac_array)[Activity::shadow_full], 107 - 99);
  EXPECT_EQ(run.cycles(UnitId::mac_array).busy(), 8);
  EXPECT_EQ(run.cycles(UnitId::mac_array)[Activity::feeder], 0);
  EXPECT_EQ(run.done(matmul), 121);
  EXPECT_EQ(run.done(lanes), 137);
  EXPECT_EQ(run.cycles(UnitId::requantization).busy(), 2 + 8);
  EXPECT_EQ(run.result.total_cycles, 137);
  EXPECT_EQ(run.result.layers[0].span_cycles, 115 - 99);
  EXPECT_EQ(stats::layer_bounds(program)[0].compute_bound_cycles, 8);
}

TEST(WorkedExample, LayerBoundary) {
  ProgramBuilder b(small_hardware(1024));
  const Semaphores s(b);
  const Parameters p(b, 8, 0);
  const Parameters q(b, 4, 64);
  b.layer("conv");
  const std::size_t weights = b.load_weights(dma(p.dram, 0, p.size), 0, s.a | s.b);
  const std::size_t input = b.load(dma(1024, 0, 64), 0, s.c);
  const std::size_t preload = b.preload(p.preload(8), s.a);
  const std::size_t matmul = b.matmul(pointwise(0, 8), s.c, s.d);
  const std::size_t lanes = b.requantize(p.requantize(8, 64), s.b | s.d, s.e | s.f);
  const std::size_t store = b.store(dma(2048, 64, 32), s.e);
  b.layer("conv");
  const std::size_t weights2 = b.load_weights(dma(q.dram, 64, q.size), 0, s.a | s.b);
  const std::size_t preload2 = b.preload(q.preload(4), s.a);
  const std::size_t matmul2 = b.matmul(pointwise(64, 4), s.f, s.d);
  const std::size_t lanes2 = b.requantize(q.requantize(8, 128), s.b | s.d);
  const isa::Program program = b.finish();
  const TimedRun run = run_timing(program);

  EXPECT_EQ(run.timeline.grants(UnitId::dma_weights), (Cycles{141, 151, 153, 155, 158, 168, 172}));
  EXPECT_EQ(run.done(weights), 173);
  EXPECT_EQ(run.done(input), 163);
  EXPECT_EQ(run.start(weights2), 146);
  EXPECT_EQ(run.done(weights2), 186);
  EXPECT_EQ(run.start(preload), 173);
  EXPECT_EQ(run.done(preload), 191);
  EXPECT_EQ(run.timeline.spent(UnitId::weight_loader, Activity::port, preload), 10);
  EXPECT_EQ(run.start(matmul), 163);
  EXPECT_EQ(run.timeline.spent(UnitId::mac_array, Activity::shadow_full, matmul), 187 - 163);
  EXPECT_EQ(run.done(matmul), 209);
  EXPECT_EQ(run.start(preload2), 191);
  EXPECT_EQ(run.done(preload2), 199);
  EXPECT_EQ(run.done(lanes), 225);
  EXPECT_EQ(run.start(store), 225);
  EXPECT_EQ(run.done(store), 236);
  EXPECT_EQ(run.start(matmul2), 225);
  EXPECT_EQ(run.timeline.spent(UnitId::mac_array, Activity::wait_requantization, matmul2), 22);
  EXPECT_EQ(run.timeline.spent(UnitId::mac_array, Activity::port, matmul2), 4);
  EXPECT_EQ(run.done(matmul2), 243);
  EXPECT_EQ(run.done(lanes2), 259);
  EXPECT_EQ(run.result.total_cycles, 259);

  const stats::LayerResult& first = run.result.layers[0];
  const stats::LayerResult& second = run.result.layers[1];
  EXPECT_EQ(first.cycles, 236);
  EXPECT_EQ(second.cycles, 259 - 236);
  EXPECT_EQ(first.span_cycles, 203 - 163);
  EXPECT_EQ(second.span_cycles, 237 - 225);
  EXPECT_EQ(second.start_cycle, 146);
  EXPECT_EQ(second.compute_cycles.busy(), 8);
  EXPECT_EQ(second.stall_cycles(), 4);  // what it waited for before its span is not its own
  EXPECT_EQ(first.dram_read_bytes, 55 + 64);
  EXPECT_EQ(first.dram_write_bytes, 32);
  EXPECT_EQ(second.dram_read_bytes, 39);
  const std::vector<stats::LayerBounds> bounds = stats::layer_bounds(program);
  EXPECT_EQ(bounds[0].compute_bound_cycles, 16);
  EXPECT_EQ(bounds[1].compute_bound_cycles, 8);
}

}  // namespace
}  // namespace npusim::test
