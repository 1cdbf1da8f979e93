// SPDX-License-Identifier: Apache-2.0
#include "tests/support/drawn_programs.h"

#include "frontend/compile/compile.h"
#include "frontend/graph/verify.h"
#include "frontend/quantize/calibration.h"
#include "frontend/quantize/quantize.h"
#include "sim/base/errors.h"
#include "tests/support/random_network.h"

namespace npusim::test {

isa::Program drawn_program(std::uint64_t seed) {
  const graph::Graph network = random_network(seed);
  graph::verify(network);
  const std::int64_t elements = network.nodes[0].shape.elements();
  const auto calibrator = quantize::make_calibrator("min_max");
  const quantize::Calibration calibration = quantize::calibrate(
      network,
      [&](std::int64_t image) {
        return random_input(seed + static_cast<std::uint64_t>(image), elements);
      },
      2, *calibrator, 1);
  const graph::QuantizedGraph quantized =
      quantize::quantize_graph(network, calibration, {}, {}).graph;
  for (std::int64_t scale = 1;; scale *= 2) {
    config::HardwareConfig hardware = random_hardware(seed, scale);
    hardware.requantization.multiplier_bits = 31;  // what the network was quantized for
    hardware.requantization.placement = config::ShifterPlacement::fused;
    try {
      return compile::compile(quantized, hardware, {});
    } catch (const base::InputError&) {
      if (scale > 4096) throw;
    }
  }
}

void draw_timing(config::HardwareConfig& h, std::mt19937& random) {
  const auto draw = [&](std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random);
  };
  h.clock_hz = draw(1, 20) * 100'000'000;
  h.command_processor.fetch_bytes = 64 * draw(1, 8);
  for (std::int64_t* depth :
       {&h.queue_depths.dma_in, &h.queue_depths.dma_weights, &h.queue_depths.dma_out,
        &h.queue_depths.weight_loader, &h.queue_depths.mac_array, &h.queue_depths.requantization,
        &h.queue_depths.vector}) {
    *depth = draw(1, 8);
  }
  h.dma.burst_bytes = std::int64_t{16} << draw(0, 4);
  h.dma.outstanding_requests = draw(1, 20);
  h.dram.bandwidth_bytes_per_second = draw(1, 300) * 100'000'000;
  h.dram.read_latency_ns = draw(0, 3) == 0 ? 0 : draw(0, 200);
  h.dram.write_latency_ns = draw(0, 3) == 0 ? 0 : draw(0, 100);
  h.activation_scratchpad.banks = draw(1, 16);
  h.activation_scratchpad.ports = draw(1, 3);
  h.weight_scratchpad.ports = draw(1, 2);
  h.feeder.bytes_per_cycle = draw(1, 64);
  h.feeder.line_buffer_bytes = draw(0, 1) * 65536;
  h.mac_array.overlap_weight_load = draw(0, 2) != 0;
  h.requantization.lanes = draw(1, 40);
  h.requantization.pipeline_depth_cycles = draw(0, 9);
  h.vector_unit.lanes = draw(1, 40);
  h.vector_unit.pipeline_depth_cycles = draw(0, 9);
}

}  // namespace npusim::test
