// SPDX-License-Identifier: Apache-2.0
#include "tests/registers/drawn_hardware.h"

#include <string>

namespace npusim::registers {
namespace {

void draw_memories(Draw& draw, config::HardwareConfig& h) {
  h.clock_hz = draw.one_of({400'000'000, 1'000'000'000, 1'300'000'000});
  h.command_processor.fetch_bytes = 64 * draw.integer(1, 6);
  for (std::int64_t* depth :
       {&h.queue_depths.dma_in, &h.queue_depths.dma_weights, &h.queue_depths.dma_out,
        &h.queue_depths.weight_loader, &h.queue_depths.mac_array, &h.queue_depths.requantization,
        &h.queue_depths.vector}) {
    *depth = draw.integer(1, 6);
  }
  h.dma.burst_bytes = draw.one_of({16, 32, 64, 128});
  h.dma.outstanding_requests = draw.one_of({1, 2, 3, 8, 16});
  h.dram.bytes = std::int64_t{1} << 28;
  h.dram.bandwidth_bytes_per_second =
      draw.one_of<std::int64_t>({2'000'000'000, 7'300'000'000, 12'800'000'000, 64'000'000'000});
  h.dram.read_latency_ns = draw.chance(20) ? 0 : draw.integer(1, 80);
  h.dram.write_latency_ns = draw.chance(20) ? 0 : draw.integer(1, 50);
  h.activation_scratchpad.bank_word_bytes = draw.one_of({1, 4, 8, 16});
  h.activation_scratchpad.banks = draw.one_of({1, 2, 4, 16});
  h.activation_scratchpad.ports = draw.one_of({1, 1, 2, 3});
  h.weight_scratchpad.ports = draw.one_of({1, 1, 2});
  h.feeder.bytes_per_cycle = draw.one_of({1, 4, 16, 32, 64});
  h.feeder.line_buffer_bytes = draw.one_of({0, 1024, 65536});
}

void draw_compute(Draw& draw, config::HardwareConfig& h) {
  h.mac_array.rows = draw.one_of({4, 5, 8, 9, 12, 16, 19, 32});
  h.mac_array.columns = draw.one_of({4, 6, 8, 11, 16, 32});
  h.mac_array.accumulator_rows = draw.one_of({2, 5, 16, 61, 256});
  h.mac_array.overlap_weight_load = draw.chance(75);
  h.mac_array.depthwise_pixels = draw.one_of({1, 1, 2, 3, 4, 8});
  h.mac_array.dataflow =
      draw.chance(40) ? config::Dataflow::output_stationary : config::Dataflow::weight_stationary;
  h.mac_array.overlap_drain = draw.chance(70);
  if (draw.chance(30)) {
    h.mac_array.accumulator =
        draw.chance(50) ? config::AccumulatorOverflow::saturate : config::AccumulatorOverflow::wrap;
    h.mac_array.accumulator_bits = draw.integer(12, 20);
  }
  h.requantization.lanes = draw.one_of({1, 3, 8, 32, 64});
  h.requantization.multiplier_bits = draw.chance(70) ? 31 : 15;
  h.requantization.placement =
      draw.chance(60) ? config::ShifterPlacement::fused : config::ShifterPlacement::pre_multiply;
  h.requantization.pipeline_depth_cycles = draw.integer(0, 9);
  h.requantization.field_bits = 4;
  h.vector_unit.lanes = draw.one_of({1, 5, 16, 32});
  h.vector_unit.pipeline_depth_cycles = draw.integer(0, 7);
}

}  // namespace

config::HardwareConfig draw_hardware(std::uint64_t seed, std::int64_t scale) {
  Draw draw(seed);
  config::HardwareConfig h;
  h.name = "drawn_" + std::to_string(seed);
  draw_memories(draw, h);
  draw_compute(draw, h);
  h.activation_scratchpad.bytes = 256 * scale;
  h.weight_scratchpad.bytes = 512 * scale;
  return h;
}

}  // namespace npusim::registers
