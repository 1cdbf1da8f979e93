// SPDX-License-Identifier: Apache-2.0
#include "tests/registers/drawn_hardware.h"

#include <algorithm>
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

/// Channels, banks and rows; every relation that a hardware file must keep.
void draw_banks(Draw& draw, config::HardwareConfig& h) {
  h.dram.model = config::DramModel::banks;
  h.command_processor.fetch_bytes = draw.one_of({64, 128, 256, 512});
  config::DramTimingConfig& t = h.dram.timing;
  t.clock_hz = draw.one_of<std::int64_t>({300'000'000, 800'000'000, 1'000'000'000, 1'600'000'000});
  t.channels = draw.one_of({1, 1, 2, 4});
  t.banks = draw.one_of({1, 2, 4, 8});
  t.interleave_bytes =
      std::max(h.command_processor.fetch_bytes, h.dma.burst_bytes) * draw.one_of({1, 2});
  t.row_bytes = t.interleave_bytes * draw.one_of({1, 2, 4});
  t.burst_bytes = draw.one_of({16, 32, 64});
  t.burst_cycles = draw.integer(1, 8);
  t.ccd_cycles = t.burst_cycles + draw.integer(0, 2);
  t.read_latency_cycles = draw.integer(1, 20);
  t.write_latency_cycles = draw.integer(1, 12);
  t.read_to_write_cycles = draw.integer(0, 4);
  const auto ps = [&](std::int64_t most_ns) { return draw.integer(0, most_ns * 4) * 250; };
  t.rcd_ps = ps(20);
  t.rp_ps = ps(20);
  t.ras_ps = t.rcd_ps + ps(30);
  t.rrd_ps = ps(10);
  t.faw_ps = t.rrd_ps + ps(40);
  t.rtp_ps = ps(10);
  t.wr_ps = ps(20);
  t.wtr_ps = ps(12);
  t.rfc_ps = ps(150);
  // Refreshes take a third of the time at most.
  t.refi_ps = draw.chance(20) ? 0 : 3 * (t.rp_ps + t.rfc_ps) + 100'000 + ps(1500);
  t.controller_latency_ps = ps(20);
  t.lookahead = draw.one_of({1, 2, 4, 8});
  t.address_mapping = config::address_mappings().at(static_cast<std::size_t>(draw.integer(0, 23)));
}

/// The largest share that leaves the NPU a third of the time beside refreshes, whatever rows the
/// others ask for.
std::int64_t most_share_percent(const config::HardwareConfig& h) {
  if (h.dram.model == config::DramModel::flat) return 70;
  const config::DramTimingConfig& t = h.dram.timing;
  const std::int64_t columns = (h.dma.burst_bytes + t.burst_bytes - 1) / t.burst_bytes;
  const std::int64_t bus_cycles = columns * t.ccd_cycles;
  const std::int64_t row_ps = t.rp_ps + t.ras_ps + t.rcd_ps + t.wr_ps + t.faw_ps;
  const std::int64_t row_cycles = row_ps * (t.clock_hz / 1'000'000) / 1'000'000 + 5;
  return 100 * bus_cycles /
         (3 * (row_cycles + bus_cycles + t.read_latency_cycles + t.write_latency_cycles));
}

void draw_other_masters(Draw& draw, const config::HardwareConfig& h,
                        config::OtherMastersConfig& others) {
  const std::int64_t most = most_share_percent(h);
  if (most < 1) return;
  others.share_percent = draw.integer(1, most);
  others.seed = draw.integer(0, 1'000'000);
  if (draw.chance(50)) return;
  others.pattern = config::OtherMastersPattern::bursty;
  others.burst_requests = draw.integer(1, 8);
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

template <typename Scratchpad>
void draw_protection(Draw& draw, std::int64_t most_word_bits, Scratchpad& scratchpad) {
  if (draw.chance(50)) return;
  scratchpad.protection = draw.chance(70) ? config::Protection::secded : config::Protection::parity;
  scratchpad.protected_word_bits =
      std::min<std::int64_t>(draw.one_of({8, 16, 32, 64, 128}), most_word_bits);
}

}  // namespace

config::HardwareConfig draw_hardware(std::uint64_t seed, std::int64_t scale) {
  Draw draw(seed);
  config::HardwareConfig h;
  h.name = "drawn_" + std::to_string(seed);
  draw_memories(draw, h);
  if (draw.chance(50)) draw_banks(draw, h);
  if (draw.chance(45)) draw_other_masters(draw, h, h.dram.other_masters);
  draw_compute(draw, h);
  h.activation_scratchpad.bytes = 256 * scale;
  h.weight_scratchpad.bytes = 512 * scale;
  draw_protection(draw, 8 * h.activation_scratchpad.bank_word_bytes, h.activation_scratchpad);
  draw_protection(draw, 128, h.weight_scratchpad);
  return h;
}

}  // namespace npusim::registers
