// SPDX-License-Identifier: Apache-2.0
#include "sim/stats/micro_ops.h"

#include <algorithm>
#include <variant>

#include "sim/base/math.h"
#include "sim/isa/folds.h"
#include "sim/stats/accesses.h"

namespace npusim::stats {
namespace {

std::int64_t pieces(std::int64_t cycles) {
  return std::max<std::int64_t>(1, base::ceil_div(cycles, kMicroOpCycles));
}

std::int64_t pieces(const StreamAccesses& stream) {
  return pieces(stream.parameters + stream.activations);
}

class MicroOpCounter {
 public:
  MicroOpCounter(const config::HardwareConfig& hardware, MicroOps& ops)
      : hardware_(hardware), rows_(hardware.mac_array.rows), ops_(ops) {}

  void operator()(const isa::End&) const {}
  void operator()(const isa::Dma& d) const {
    const std::int64_t bursts = base::ceil_div<std::int64_t>(d.bytes, hardware_.dma.burst_bytes);
    ops_.dma_rows += std::int64_t{d.count1} * d.count2 * pieces(bursts * burst_cycles());
  }
  void operator()(const isa::Preload& p) const {
    const std::int64_t tile_rows = std::min<std::int64_t>(rows_, p.k_end - p.k_begin);
    ops_.weight_tiles += isa::fold_count(p, rows_) * pieces(tile_rows);
  }
  void operator()(const isa::Matmul& m) const {
    isa::Fold fold = isa::first_fold(m, rows_);
    ops_.array_folds += pieces(isa::busy_cycles(m, fold));
    while (!isa::is_last(m, fold)) {
      fold = isa::next_fold(m, rows_, fold);
      ops_.array_folds += pieces(isa::busy_cycles(m, fold));
    }
  }
  void operator()(const isa::Requantize& r) const {
    ops_.requantizations += pieces(stream_accesses(hardware_, r));
  }
  void operator()(const isa::Pool& p) const {
    ops_.vector_instructions += pieces(stream_accesses(hardware_, p));
  }
  void operator()(const isa::Elementwise& e) const {
    ops_.vector_instructions += pieces(stream_accesses(hardware_, e));
  }

 private:
  // That the DRAM takes for a burst at its peak.
  std::int64_t burst_cycles() const {
    const config::DramPeak peak = config::dram_peak(hardware_.dram);
    const double cycles = static_cast<double>(hardware_.dma.burst_bytes) *
                          static_cast<double>(hardware_.clock_hz) *
                          static_cast<double>(peak.seconds) / static_cast<double>(peak.bytes);
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(cycles));
  }

  const config::HardwareConfig& hardware_;
  const std::int64_t rows_;
  MicroOps& ops_;
};

}  // namespace

MicroOps micro_ops(const isa::Program& program) {
  MicroOps ops;
  const MicroOpCounter count(program.hardware, ops);
  for (const isa::Instruction& instruction : program.instructions) {
    std::visit(count, instruction.fields);
  }
  ops.issues = static_cast<std::int64_t>(program.instructions.size());
  ops.fetch_blocks = base::ceil_div<std::int64_t>(program.instructions_bytes(),
                                                  program.hardware.command_processor.fetch_bytes);
  return ops;
}

}  // namespace npusim::stats
