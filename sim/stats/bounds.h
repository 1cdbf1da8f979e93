// SPDX-License-Identifier: Apache-2.0
// The closed forms of docs/timing-model.md, section 10: what a Program costs at least, by the array
// (or the vector unit) alone and by the DRAM alone.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/isa/program.h"

namespace npusim::stats {

/// True when the kind's compute unit is the MAC array (conv, depthwise_conv, gemm).
bool runs_on_array(const isa::LayerInfo& layer);

struct LayerBounds {
  /// Without a stall and with one slot per row. Never above the span_cycles of any run.
  std::int64_t compute_bound_cycles = 0;
  /// The layer's DMA bytes at the full bandwidth of the DRAM.
  std::int64_t memory_bound_cycles = 0;
  std::int64_t dram_read_bytes = 0;  // by its DMA instructions; instruction fetch not included
  std::int64_t dram_write_bytes = 0;
};

/// One entry per Program::layers, from the instructions alone. The Program must be valid
/// (isa::verify).
std::vector<LayerBounds> layer_bounds(const isa::Program& program);

/// ceil(bytes * clock_hz / bandwidth), exact for any bytes; bandwidth as config::dram_peak.
std::int64_t memory_bound_cycles(std::int64_t bytes, const config::HardwareConfig& hardware);

/// All DRAM bytes of the Program, instruction fetch included, at full bandwidth: never above the
/// total of any run.
std::int64_t memory_bound_cycles(const isa::Program& program);

}  // namespace npusim::stats
