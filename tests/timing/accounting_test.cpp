// SPDX-License-Identifier: Apache-2.0
// docs/timing-model.md, sections 9 and 10: every cycle of every unit, layers, bounds, statistics.
#include <gtest/gtest.h>

#include "sim/stats/bounds.h"
#include "tests/timing/program_builder.h"

namespace npusim::test {
namespace {

using model::UnitId;
using stats::Activity;

isa::Pool pool(std::uint16_t pixels) {
  isa::Pool p;
  p.out_address = 512;
  p.in_width = pixels;
  p.out_width = pixels;
  p.pixels = pixels;
  p.out_pixel_stride_bytes = 1;
  return p;
}

isa::Program two_vector_layers(std::uint16_t first, std::uint16_t second) {
  ProgramBuilder b(small_hardware(512));
  b.layer("pool");
  b.pool(pool(first));
  b.pool(pool(first));
  b.layer("pool");
  b.pool(pool(second));
  return b.finish();
}

TEST(Accounting, IntervalsFollowOneAnother) {
  const TimedRun run = run_timing(two_vector_layers(3, 5));
  std::map<UnitId, std::int64_t> reached;
  for (const Timeline::Interval& interval : run.timeline.intervals) {
    EXPECT_EQ(interval.begin, reached[interval.unit]);
    EXPECT_LT(interval.begin, interval.end);
    reached[interval.unit] = interval.end;
  }
  EXPECT_EQ(reached.size(), model::kUnitIds);
  for (const auto& [unit, end] : reached) {
    EXPECT_EQ(end, run.result.total_cycles) << model::unit_id_name(unit);
    EXPECT_EQ(run.cycles(unit).total(), run.result.total_cycles);
  }
}

TEST(Accounting, LayersShareTheTotal) {
  const isa::Program program = two_vector_layers(3, 5);
  const TimedRun run = run_timing(program);
  const auto& layers = run.result.layers;
  // Each pool: 2 accesses per pixel and a pipeline of 4; free when done.
  EXPECT_EQ(layers[0].start_cycle, 76);
  EXPECT_EQ(layers[0].end_cycle, 76 + 2 * 10);
  EXPECT_EQ(layers[0].cycles, 96);
  EXPECT_EQ(layers[0].span_cycles, 20);
  EXPECT_EQ(layers[0].compute_cycles.busy(), 12);
  EXPECT_EQ(layers[0].compute_cycles[Activity::pipeline], 8);
  EXPECT_EQ(layers[1].cycles, 14);
  EXPECT_EQ(layers[1].span_cycles, 14);
  EXPECT_EQ(layers[0].cycles + layers[1].cycles, run.result.total_cycles);

  // Without contention the bound is met.
  const std::vector<stats::LayerBounds> bounds = stats::layer_bounds(program);
  EXPECT_EQ(bounds[0].compute_bound_cycles, 20);
  EXPECT_EQ(bounds[1].compute_bound_cycles, 14);
  EXPECT_LE(stats::memory_bound_cycles(program), run.result.total_cycles);
}

TEST(Accounting, TheEndBelongsToTheLastLayer) {
  config::HardwareConfig h = small_hardware(64);
  ProgramBuilder b(h);
  b.layer("pool");
  b.pool(pool(1));
  const TimedRun run = run_timing(b.finish());
  // The pool is done in 20 + 6, END is dispatched in 27, complete in 9 + 10 + 8.
  EXPECT_EQ(run.done(0), 26);
  EXPECT_EQ(run.result.total_cycles, 28);
  EXPECT_EQ(run.result.layers[0].cycles, 28);
}

TEST(Accounting, ALaterLayerMayEndEarlier) {
  ProgramBuilder b(small_hardware(512));
  b.layer("pool");
  b.pool(pool(40));
  b.layer("conv");
  isa::Dma dma;
  dma.bytes = 16;
  dma.local_address = 1024;
  const std::size_t load = b.load(dma);
  const std::size_t end = load + 1;
  const TimedRun run = run_timing(b.finish());
  EXPECT_LT(run.done(end), run.done(0));
  EXPECT_EQ(run.result.layers[0].cycles, run.result.total_cycles);
  EXPECT_EQ(run.result.layers[1].cycles, 0);
  EXPECT_EQ(run.result.layers[1].span_cycles, 0);  // nothing on the array
  EXPECT_EQ(run.result.layers[1].dram_read_bytes, 16);
}

TEST(Accounting, StatisticsAreTheModuleTree) {
  const TimedRun run = run_timing(two_vector_layers(3, 5));
  const auto counters = run.result.statistics.flatten();
  EXPECT_EQ(counters.at("npu.vector.busy_cycles").value, 22);
  EXPECT_EQ(counters.at("npu.vector.busy_cycles").unit, "cycles");
  EXPECT_EQ(counters.at("npu.vector.pipeline_cycles").value, 12);
  EXPECT_EQ(counters.at("npu.dram.command_processor_bytes").value, 4 * 64);
  EXPECT_EQ(counters.at("npu.activation_scratchpad.granted_accesses").value, 22);
  EXPECT_EQ(counters.count("npu.vector.port_cycles"),
            0U);  // causes that did not occur are left out
}

}  // namespace
}  // namespace npusim::test
