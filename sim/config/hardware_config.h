// SPDX-License-Identifier: Apache-2.0
// The resolved, immutable description of one NPU. Made by read_hardware_config (hardware_reader.h)
// from a file in configs/; every value is in range once it exists. What each parameter means in
// cycles: docs/timing-model.md.
//
// [P] marks what a compiled Program depends on; everything else is timing only and may be changed
// under a Program.
#pragma once

#include <cstdint>
#include <string>

#include "sim/config/dram_config.h"

namespace npusim::config {

// Where conv and gemm layers keep what does not move (docs/timing-model.md, section 6). Depthwise
// layers always use the array's depthwise mode.
enum class Dataflow { weight_stationary, output_stationary };

enum class ShifterPlacement { fused, pre_multiply };

// What an addition does whose sum the accumulator does not hold (docs/arithmetic.md, Accumulators).
enum class AccumulatorOverflow { guaranteed, saturate, wrap };  // guaranteed: proved not to happen

// What a scratchpad stores beside each protected word (docs/timing-model.md, section 4).
enum class Protection { none, parity, secded };

struct CommandProcessorConfig {
  std::int64_t fetch_bytes = 256;  // one instruction fetch; a multiple of 64
};

// Entries in each unit's instruction queue, 1..1024.
struct QueueDepths {
  std::int64_t dma_in = 8, dma_weights = 8, dma_out = 8, weight_loader = 8, mac_array = 8,
               requantization = 8, vector = 8;
};

struct DmaConfig {
  std::int64_t burst_bytes = 64;           // power of two, 16..4096
  std::int64_t outstanding_requests = 16;  // per DMA unit
};

struct ActivationScratchpadConfig {
  std::int64_t bytes = 512 * 1024;  // [P]
  std::int64_t banks = 16;
  std::int64_t bank_word_bytes = 16;  // [P] power of two, 1..256; tensors are aligned to it
  std::int64_t ports = 1;             // accesses per cycle
  Protection protection = Protection::none;
  std::int64_t protected_word_bits = 64;  // power of two, 8..128, within a bank's word
};

struct WeightScratchpadConfig {
  std::int64_t bytes = 256 * 1024;  // [P]
  std::int64_t ports = 1;
  Protection protection = Protection::none;
  std::int64_t protected_word_bits = 64;  // power of two, 8..128
};

struct FeederConfig {
  std::int64_t bytes_per_cycle = 32;
  std::int64_t line_buffer_bytes = 32 * 1024;
};

struct MacArrayConfig {
  std::int64_t rows = 32;                                             // [P] 1..4096
  std::int64_t columns = 32;                                          // [P] 1..4096
  std::int64_t accumulator_bits = 32;                                 // [P] 8..32
  AccumulatorOverflow accumulator = AccumulatorOverflow::guaranteed;  // [P]
  std::int64_t accumulator_rows = 1024;  // [P] rows of `columns` accumulators, at least 2
  std::int64_t depthwise_pixels = 1;     // [P] 1..64, output pixels per column in depthwise mode
  bool overlap_weight_load = true;
  Dataflow dataflow = Dataflow::weight_stationary;  // [P]
  bool overlap_drain = true;                        // of output stationary tiles
};

struct RequantizationConfig {
  std::int64_t lanes = 32;
  std::int64_t field_bits = 4;                           // [P] widest channel-shift field, 0..4
  ShifterPlacement placement = ShifterPlacement::fused;  // [P]
  std::int64_t multiplier_bits = 31;                     // [P] 15 or 31
  std::int64_t pipeline_depth_cycles = 6;
};

struct VectorUnitConfig {
  std::int64_t lanes = 32;
  std::int64_t pipeline_depth_cycles = 4;
};

struct HardwareConfig {
  std::string name;
  std::int64_t clock_hz = 1'000'000'000;
  CommandProcessorConfig command_processor;
  QueueDepths queue_depths;
  DmaConfig dma;
  DramConfig dram;
  ActivationScratchpadConfig activation_scratchpad;
  WeightScratchpadConfig weight_scratchpad;
  FeederConfig feeder;
  MacArrayConfig mac_array;
  RequantizationConfig requantization;
  VectorUnitConfig vector_unit;

  std::int64_t peak_macs_per_second() const {
    return mac_array.rows * mac_array.columns * clock_hz;
  }
};

// Canonical text, one `key: value` per line in a fixed order, units in the names; the first holds
// the keys marked [P], the second the timing-only keys (name included in neither). A key that a
// file may leave out is there only where it is not what the file then means, and one that other
// keys put out of force (dram.timing in the flat model) is not there. Parsed back by
// hardware_from_text.
std::string program_dependent_text(const HardwareConfig& hardware);
std::string timing_only_text(const HardwareConfig& hardware);
// xxHash64 of both texts, as 16 hex digits: the report's hardware.config_hash.
std::string config_hash(const HardwareConfig& hardware);

}  // namespace npusim::config
