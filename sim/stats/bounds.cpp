// SPDX-License-Identifier: Apache-2.0
#include "sim/stats/bounds.h"

#include <algorithm>

#include "sim/base/math.h"
#include "sim/isa/folds.h"
#include "sim/stats/accesses.h"

namespace npusim::stats {
namespace {

// The folds of one layer in program order: each but the last costs at least what lies between two
// starts.
class ArrayBound {
 public:
  explicit ArrayBound(const config::HardwareConfig& hardware)
      : array_(hardware.mac_array),
        input_decode_(config::decode_cycles(hardware.activation_scratchpad)),
        decode_(input_decode_ + config::decode_cycles(hardware.weight_scratchpad)) {}

  void add(const isa::Matmul& m) {
    if (m.mode == isa::ArrayMode::output_stationary) return add_tiles(m);
    const std::int64_t folds = isa::fold_count(m, array_.rows);
    if (folds == 0) return;
    const std::int64_t rows = isa::busy_cycles(m, isa::first_fold(m, array_.rows));
    const std::int64_t step = array_.overlap_weight_load
                                  ? std::max<std::int64_t>(rows, array_.rows + decode_)
                                  : rows + 2 * array_.rows + array_.columns - 2 + decode_;
    starts_ += last_step_ + (folds - 1) * step;
    last_step_ = step;
    last_rows_ = rows;
  }
  std::int64_t cycles() const { return starts_ + last_rows_; }

 private:
  // Output stationary: tiles instead of folds, from a first chunk's start to the next one's.
  void add_tiles(const isa::Matmul& m) {
    const std::int64_t tiles = isa::tile_count(m, array_.rows);
    const std::int64_t k = m.k_end - m.k_begin;
    const std::int64_t chunks = base::ceil_div(k, array_.rows);
    const std::int64_t first_chunk = std::min(k, array_.rows);
    const std::int64_t wave = array_.rows + array_.columns - 2;
    // The operands of a chunk are loaded behind the swap (or the drain) of the one before.
    std::int64_t within = overlapped_tile(k, chunks);
    std::int64_t step = chunks == 1 ? std::max(array_.rows, k + decode_)
                                    : within - last_chunk(k) + array_.rows + decode_;
    if (!array_.overlap_drain) step = within + array_.rows + wave + input_decode_;
    if (!array_.overlap_weight_load) {
      within = k + (chunks - 1) * (wave + decode_) + k - first_chunk;
      step = within + array_.rows + wave + first_chunk + decode_;
    }
    starts_ += last_step_ + (tiles - 1) * step;
    last_step_ = step;
    last_rows_ = within;
  }

  std::int64_t last_chunk(std::int64_t k) const { return (k - 1) % array_.rows + 1; }

  // From a tile's first step to its last one, each chunk behind the loads of its operands.
  std::int64_t overlapped_tile(std::int64_t k, std::int64_t chunks) const {
    if (chunks == 1) return k;
    return (chunks - 2) * (array_.rows + decode_) + std::max(array_.rows, last_chunk(k) + decode_) +
           last_chunk(k);
  }

  const config::MacArrayConfig& array_;
  std::int64_t input_decode_;  // between the activation scratchpad and the array
  std::int64_t decode_;        // and between the weight scratchpad and the array
  std::int64_t starts_ = 0;    // from the first fold's start to the last one's
  std::int64_t last_step_ = 0;
  std::int64_t last_rows_ = 0;
};

std::int64_t vector_cycles(const config::HardwareConfig& hardware, const StreamAccesses& accesses) {
  return accesses.parameters + accesses.decode + accesses.activations +
         vector_pipeline_cycles(hardware);
}

std::int64_t dma_bytes(const isa::Dma& dma) {
  return std::int64_t{dma.bytes} * dma.count1 * dma.count2;
}

}  // namespace

bool runs_on_array(const isa::LayerInfo& layer) {
  return layer.kind == "conv" || layer.kind == "depthwise_conv" || layer.kind == "gemm";
}

std::int64_t memory_bound_cycles(std::int64_t bytes, const config::HardwareConfig& hardware) {
  using Wide = unsigned __int128;
  const config::DramPeak peak = config::dram_peak(hardware.dram);
  const Wide needed = static_cast<Wide>(bytes) * static_cast<Wide>(hardware.clock_hz) *
                      static_cast<Wide>(peak.seconds);
  const auto bandwidth = static_cast<Wide>(peak.bytes);
  return static_cast<std::int64_t>((needed + bandwidth - 1) / bandwidth);
}

std::vector<LayerBounds> layer_bounds(const isa::Program& program) {
  const config::HardwareConfig& hardware = program.hardware;
  std::vector<LayerBounds> bounds(program.layers.size());
  std::vector<ArrayBound> arrays(program.layers.size(), ArrayBound(hardware));
  std::vector<std::int64_t> vectors(program.layers.size(), 0);
  for (std::size_t i = 0; i < program.instructions.size(); ++i) {
    const isa::Instruction& instruction = program.instructions[i];
    const std::size_t layer = program.origins[i].layer;
    if (layer >= bounds.size()) continue;
    if (const auto* m = std::get_if<isa::Matmul>(&instruction.fields)) {
      arrays[layer].add(*m);
    } else if (const auto* p = std::get_if<isa::Pool>(&instruction.fields)) {
      vectors[layer] += vector_cycles(hardware, stream_accesses(hardware, *p));
    } else if (const auto* e = std::get_if<isa::Elementwise>(&instruction.fields)) {
      vectors[layer] += vector_cycles(hardware, stream_accesses(hardware, *e));
    } else if (const auto* d = std::get_if<isa::Dma>(&instruction.fields)) {
      const bool write = instruction.opcode == isa::Opcode::store_activations;
      (write ? bounds[layer].dram_write_bytes : bounds[layer].dram_read_bytes) += dma_bytes(*d);
    }
  }
  for (std::size_t layer = 0; layer < bounds.size(); ++layer) {
    LayerBounds& b = bounds[layer];
    b.compute_bound_cycles =
        runs_on_array(program.layers[layer]) ? arrays[layer].cycles() : vectors[layer];
    b.memory_bound_cycles = memory_bound_cycles(b.dram_read_bytes + b.dram_write_bytes, hardware);
  }
  return bounds;
}

std::int64_t memory_bound_cycles(const isa::Program& program) {
  std::int64_t bytes = program.instructions_bytes();
  for (const isa::Instruction& instruction : program.instructions) {
    if (const auto* d = std::get_if<isa::Dma>(&instruction.fields)) bytes += dma_bytes(*d);
  }
  return memory_bound_cycles(bytes, program.hardware);
}

}  // namespace npusim::stats
