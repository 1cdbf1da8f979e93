// SPDX-License-Identifier: Apache-2.0
#include "tests/support/drawn_programs.h"

#include <algorithm>

#include "frontend/compile/compile.h"
#include "frontend/graph/verify.h"
#include "frontend/quantize/calibration.h"
#include "frontend/quantize/quantize.h"
#include "sim/base/errors.h"
#include "tests/support/random_network.h"

namespace npusim::test {

namespace {

using Draw = std::function<std::int64_t(std::int64_t low, std::int64_t high)>;

Draw draw_from(std::mt19937& random) {
  return [&random](std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random);
  };
}

template <typename Scratchpad>
void draw_protection(Scratchpad& scratchpad, std::int64_t most_word_bits, const Draw& draw) {
  const std::int64_t kind = draw(0, 5);  // none, then parity, then SECDED
  scratchpad.protection = kind < 3    ? config::Protection::none
                          : kind == 3 ? config::Protection::parity
                                      : config::Protection::secded;
  scratchpad.protected_word_bits = std::min(std::int64_t{8} << draw(0, 4), most_word_bits);
}

}  // namespace

isa::Program drawn_program(std::uint64_t seed,
                           const std::function<void(config::HardwareConfig&)>& change) {
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
    if (change) change(hardware);
    try {
      return compile::compile(quantized, hardware, {});
    } catch (const base::InputError&) {
      if (scale > 4096) throw;
    }
  }
}

void draw_timing(config::HardwareConfig& h, std::mt19937& random) {
  const Draw draw = draw_from(random);
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
  h.mac_array.overlap_drain = draw(0, 2) != 0;
  h.requantization.lanes = draw(1, 40);
  h.requantization.pipeline_depth_cycles = draw(0, 9);
  h.vector_unit.lanes = draw(1, 40);
  h.vector_unit.pipeline_depth_cycles = draw(0, 9);
  draw_protection(h.activation_scratchpad, 8 * h.activation_scratchpad.bank_word_bytes, draw);
  draw_protection(h.weight_scratchpad, 128, draw);
}

namespace {

void draw_bank_timing(config::HardwareConfig& h, const Draw& draw) {
  config::DramTimingConfig& t = h.dram.timing;
  h.command_processor.fetch_bytes = std::int64_t{64} << draw(0, 3);
  t.clock_hz = draw(1, 24) * 100'000'000 + draw(0, 1) * 33'333'333;
  t.channels = draw(1, 4);
  t.banks = draw(1, 16);
  t.burst_bytes = std::int64_t{16} << draw(0, 3);
  t.interleave_bytes = std::max({h.command_processor.fetch_bytes, h.dma.burst_bytes, t.burst_bytes})
                       << draw(0, 1);
  t.row_bytes = t.interleave_bytes << draw(0, 3);
  t.burst_cycles = draw(1, 8);
  t.ccd_cycles = t.burst_cycles + draw(0, 2);
  t.read_latency_cycles = draw(1, 30);
  t.write_latency_cycles = draw(1, 20);
  t.read_to_write_cycles = draw(0, 4);
  for (std::int64_t* ps : {&t.rcd_ps, &t.rp_ps, &t.rrd_ps, &t.rtp_ps, &t.wr_ps, &t.wtr_ps}) {
    *ps = draw(0, 20'000);
  }
  t.ras_ps = t.rcd_ps + draw(0, 40'000);
  t.faw_ps = t.rrd_ps + draw(0, 40'000);
  t.rfc_ps = draw(1, 300'000);
  t.refi_ps = draw(0, 3) == 0 ? 0 : t.rfc_ps + draw(100'000, 4'000'000);
  t.controller_latency_ps = draw(0, 30'000);
  t.lookahead = draw(1, 8);
  const auto& mappings = config::address_mappings();
  t.address_mapping = mappings.at(static_cast<std::size_t>(draw(0, 23)));
}

}  // namespace

std::int64_t most_share_percent(const config::HardwareConfig& h) {
  if (h.dram.model == config::DramModel::flat) return 90;
  const config::DramTimingConfig& t = h.dram.timing;
  const std::int64_t ps = t.rp_ps + t.rcd_ps + t.ras_ps + t.faw_ps + t.rtp_ps + t.wr_ps + t.wtr_ps;
  const std::int64_t commands = (h.dma.burst_bytes + t.burst_bytes - 1) / t.burst_bytes;
  const std::int64_t bus_cycles = commands * t.ccd_cycles;
  const std::int64_t cycles = bus_cycles + t.read_latency_cycles + t.read_to_write_cycles +
                              (ps / 1000 + 1) * (t.clock_hz / 1'000'000) / 1000;
  return std::min<std::int64_t>(90, 100 * bus_cycles / (2 * cycles));
}

void draw_dram(config::HardwareConfig& h, std::mt19937& random) {
  const Draw draw = draw_from(random);
  h.dram.model = draw(0, 3) == 0 ? config::DramModel::flat : config::DramModel::banks;
  if (h.dram.model == config::DramModel::banks) draw_bank_timing(h, draw);
  config::OtherMastersConfig& others = h.dram.other_masters;
  others = {};
  const std::int64_t most = most_share_percent(h);
  if (most == 0 || draw(0, 2) == 0) return;
  others.share_percent = draw(1, most);
  if (draw(0, 1) == 0) return;
  others.pattern = config::OtherMastersPattern::bursty;
  others.burst_requests = draw(1, 16);
  others.seed = draw(0, 1'000'000);
}

void draw_dataflow(config::HardwareConfig& h, std::mt19937& random) {
  const Draw draw = draw_from(random);
  h.mac_array.dataflow =
      draw(0, 2) == 0 ? config::Dataflow::weight_stationary : config::Dataflow::output_stationary;
  h.mac_array.depthwise_pixels = draw(1, 4);
}

}  // namespace npusim::test
