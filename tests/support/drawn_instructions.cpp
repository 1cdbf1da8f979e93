// SPDX-License-Identifier: Apache-2.0
#include "tests/support/drawn_instructions.h"

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/drawn_programs.h"

namespace npusim::test {
namespace {

using isa::Unit;

class Drawer {
 public:
  explicit Drawer(std::uint64_t seed) : random_(static_cast<std::uint32_t>(seed)) {
    config::HardwareConfig& h = program_.hardware;
    draw_timing(h, random_);
    h.activation_scratchpad.bank_word_bytes = std::int64_t{1} << draw(0, 4);
    h.activation_scratchpad.protected_word_bits = std::min(
        h.activation_scratchpad.protected_word_bits, 8 * h.activation_scratchpad.bank_word_bytes);
    h.activation_scratchpad.banks = draw(1, 9);
    h.feeder.bytes_per_cycle = draw(1, 40);
    h.feeder.line_buffer_bytes = draw(0, 600);
    h.mac_array.rows = draw(1, 12);
    h.mac_array.columns = draw(1, 12);
    h.mac_array.overlap_drain = draw(0, 2) != 0;
    h.mac_array.depthwise_pixels = draw(1, 4);
    draw_dram();
    program_.semaphores.push_back({"shadow_full", Unit::weight_loader, Unit::mac_array, 0});
    program_.semaphores.push_back({"shadow_free", Unit::mac_array, Unit::weight_loader, 1});
  }

  isa::Program finish() {
    add_layer("conv");
    for (int i = 0; i < 4; ++i) {
      if (i == 2) add_layer("pool");
      fold();
      add(isa::Opcode::requantize, requantize());
      add(isa::Opcode::pool, pool());
      add(isa::Opcode::elementwise, elementwise());
      add(isa::Opcode::load_activations, dma());
      add(isa::Opcode::load_weights, dma());
      add(isa::Opcode::store_activations, dma());
    }
    add(isa::Opcode::end, isa::End{});
    program_.dram_bytes = 1 << 20;
    return std::move(program_);
  }

 private:
  std::int64_t draw(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
  }
  template <typename T>
  void set(T& field, std::int64_t low, std::int64_t high) {
    field = static_cast<T>(draw(low, high));
  }

  void draw_dram() {
    config::HardwareConfig& h = program_.hardware;
    h.dram.bytes = std::int64_t{1} << 21;
    if (draw(0, 1) == 0) {
      h.dram.other_masters = {draw(1, 30), config::OtherMastersPattern::constant, 1, draw(0, 99)};
      if (draw(0, 1) == 0) {
        h.dram.other_masters.pattern = config::OtherMastersPattern::bursty;
        h.dram.other_masters.burst_requests = draw(1, 9);
      }
    }
    if (draw(0, 1) == 0) return;
    h.dram.model = config::DramModel::banks;
    h.command_processor.fetch_bytes = std::int64_t{64} << draw(0, 3);
    config::DramTimingConfig& t = h.dram.timing;
    t.clock_hz = draw(1, 20) * 100'000'000;
    t.channels = draw(1, 3);
    t.banks = draw(1, 4);
    t.interleave_bytes = std::max(h.command_processor.fetch_bytes, h.dma.burst_bytes) << draw(0, 1);
    t.row_bytes = t.interleave_bytes * draw(1, 3);
    t.burst_bytes = std::int64_t{16} << draw(0, 2);
    t.burst_cycles = draw(1, 6);
    t.ccd_cycles = t.burst_cycles + draw(0, 2);
    t.read_latency_cycles = draw(0, 12);
    t.write_latency_cycles = draw(0, 12);
    t.read_to_write_cycles = draw(0, 6);
    for (std::int64_t* time : {&t.rcd_ps, &t.rp_ps, &t.rrd_ps, &t.rtp_ps, &t.wr_ps, &t.wtr_ps,
                               &t.controller_latency_ps}) {
      *time = draw(0, 20) * 1'250;
    }
    t.ras_ps = draw(0, 50) * 1'000;
    t.faw_ps = draw(0, 70) * 1'000;
    t.rfc_ps = draw(1, 100) * 1'000;
    t.refi_ps = draw(0, 2) == 0 ? 0 : t.rfc_ps + draw(1, 900) * 1'000;
    t.lookahead = draw(1, 5);
    // So few rows that other masters hit open ones.
    if (draw(0, 1) == 0) h.dram.bytes = t.channels * t.banks * t.row_bytes * draw(1, 3);
    t.address_mapping = config::address_mappings()[static_cast<std::size_t>(draw(0, 23))];
  }

  void add_layer(const std::string& kind) {
    isa::LayerInfo layer;
    layer.name = kind;
    layer.kind = kind;
    program_.layers.push_back(layer);
  }
  void add(isa::Opcode opcode, const decltype(isa::Instruction::fields)& fields) {
    program_.instructions.push_back({opcode, 0, 0, fields});
    program_.origins.push_back({static_cast<std::uint32_t>(program_.layers.size() - 1), 0});
  }

  template <typename Fields>
  void region(Fields& f) {
    set(f.in_address, 0, 40);
    set(f.in_height, 1, 8);
    set(f.in_width, 1, 9);
    set(f.pixel_stride_bytes, f.channels, f.channels + draw(0, 8));
    f.row_stride_bytes = f.pixel_stride_bytes * f.in_width + static_cast<std::uint32_t>(draw(0, 5));
    set(f.kernel_h, 1, 4);
    set(f.kernel_w, 1, 4);
    set(f.stride_h, 1, 3);
    set(f.stride_w, 1, 3);
    set(f.pad_top, 0, 3);
    set(f.pad_left, 0, 3);
    set(f.out_width, 1, 8);
    set(f.first_pixel, 0, 9);
    set(f.pixels, 1, 24);
  }

  void fold() {
    isa::Matmul m;
    const bool depthwise = draw(0, 1) == 0;
    set(m.columns, 1, program_.hardware.mac_array.columns);
    set(m.channels, 1, 10);
    if (depthwise) m.channels = m.columns;
    region(m);
    set(m.dilation_h, 1, 2);
    set(m.dilation_w, 1, 2);
    const std::int64_t most = m.kernel_h * m.kernel_w * (depthwise ? 1 : std::int64_t{m.channels});
    if (depthwise && draw(0, 1) == 0) {  // just large enough
      program_.hardware.feeder.line_buffer_bytes =
          std::int64_t{m.kernel_h} * m.in_width * program_.hardware.mac_array.columns;
    }
    m.mode = depthwise ? isa::ArrayMode::depthwise : isa::ArrayMode::weight_stationary;
    set(m.k_begin, 0, most - 1);
    set(m.k_end, m.k_begin + 1, most);
    m.start_from_bias = draw(0, 1) == 0;
    isa::Preload p;
    const std::int64_t side_by_side = std::min(program_.hardware.mac_array.depthwise_pixels,
                                               program_.hardware.mac_array.rows / most);
    if (depthwise && side_by_side > 1 && draw(0, 3) != 0) {
      m.k_begin = 0;
      m.k_end = static_cast<std::uint32_t>(most);
      set(m.column_pixels, 2, side_by_side);
      p.column_pixels = m.column_pixels;
    }
    if (!depthwise && draw(0, 1) == 0) {
      m.mode = isa::ArrayMode::output_stationary;
      m.start_from_bias = true;
      m.k_begin = 0;
      m.k_end = static_cast<std::uint32_t>(most);
      p.pixels = m.pixels;
    }
    p.k_begin = m.k_begin;
    p.k_end = m.k_end;
    p.columns = m.columns;
    p.load_bias = m.start_from_bias;
    add(isa::Opcode::preload, p);
    add(isa::Opcode::matmul, m);
  }

  isa::Requantize requantize() {
    isa::Requantize r;
    r.per_channel = draw(0, 1) == 0;
    r.channel_clamps = draw(0, 1) == 0;
    set(r.pixels, 1, 20);
    set(r.columns, 1, program_.hardware.mac_array.columns);
    set(r.out_address, 0, 40);
    set(r.out_pixel_stride_bytes, r.columns, r.columns + 9);
    set(r.field_bits, 0, 4);
    return r;
  }

  isa::Pool pool() {
    isa::Pool p;
    set(p.channels, 1, 40);
    region(p);
    // Every window of a pool has a real cell.
    p.pad_top = static_cast<std::int8_t>(std::min<int>(p.pad_top, p.kernel_h - 1));
    p.pad_left = static_cast<std::int8_t>(std::min<int>(p.pad_left, p.kernel_w - 1));
    p.in_width = static_cast<std::uint16_t>(p.out_width * p.stride_w);
    p.in_height = static_cast<std::uint16_t>((p.first_pixel + p.pixels) * p.stride_h);
    p.row_stride_bytes = p.pixel_stride_bytes * p.in_width;
    p.operation = draw(0, 1) == 0 ? isa::PoolOperation::max : isa::PoolOperation::average;
    p.count_include_pad = p.operation == isa::PoolOperation::average && draw(0, 1) == 0;
    set(p.out_address, 0, 40);
    set(p.out_pixel_stride_bytes, p.channels, p.channels + 9);
    return p;
  }

  isa::Elementwise elementwise() {
    isa::Elementwise e;
    e.operation = static_cast<isa::ElementwiseOperation>(draw(0, 3));
    const bool two = e.operation == isa::ElementwiseOperation::add ||
                     e.operation == isa::ElementwiseOperation::mul;
    e.broadcast_b = two && draw(0, 1) == 0;
    set(e.pixels, 1, 20);
    set(e.channels, 1, 40);
    set(e.a_address, 0, 40);
    set(e.b_address, 0, 40);
    set(e.out_address, 0, 40);
    set(e.a_pixel_stride_bytes, e.channels, e.channels + 9);
    set(e.b_pixel_stride_bytes, e.channels, e.channels + 9);
    set(e.out_pixel_stride_bytes, e.channels, e.channels + 9);
    return e;
  }

  isa::Dma dma() {
    isa::Dma d;
    set(d.dram_address, 0, 200);
    set(d.local_address, 0, 40);
    set(d.bytes, 1, 150);
    set(d.count1, 1, 3);
    set(d.count2, 1, 3);
    set(d.dram_stride1, d.bytes, d.bytes + 40);
    set(d.dram_stride2, d.bytes * d.count1, d.bytes * d.count1 + 90);
    set(d.local_stride1, d.bytes, d.bytes + 9);
    set(d.local_stride2, d.bytes * d.count1, d.bytes * d.count1 + 30);
    return d;
  }

  std::mt19937 random_;
  isa::Program program_;
};

}  // namespace

isa::Program drawn_instructions(std::uint64_t seed) { return Drawer(seed).finish(); }

}  // namespace npusim::test
