// SPDX-License-Identifier: Apache-2.0
#include "sim/stats/micro_ops.h"

#include <variant>

#include "sim/base/math.h"
#include "sim/isa/folds.h"

namespace npusim::stats {
namespace {

struct Counter {
  std::int64_t rows;  // of the array
  MicroOps& ops;

  void operator()(const isa::End&) const {}
  void operator()(const isa::Dma& d) const { ops.dma_rows += std::int64_t{d.count1} * d.count2; }
  void operator()(const isa::Preload& p) const { ops.weight_tiles += isa::fold_count(p, rows); }
  void operator()(const isa::Matmul& m) const { ops.array_folds += isa::fold_count(m, rows); }
  void operator()(const isa::Requantize&) const { ++ops.requantizations; }
  void operator()(const isa::Pool&) const { ++ops.vector_instructions; }
  void operator()(const isa::Elementwise&) const { ++ops.vector_instructions; }
};

}  // namespace

MicroOps micro_ops(const isa::Program& program) {
  MicroOps ops;
  const config::HardwareConfig& hardware = program.hardware;
  const Counter count{hardware.mac_array.rows, ops};
  for (const isa::Instruction& instruction : program.instructions) {
    std::visit(count, instruction.fields);
  }
  ops.fetch_blocks = base::ceil_div<std::int64_t>(program.instructions_bytes(),
                                                  hardware.command_processor.fetch_bytes);
  return ops;
}

}  // namespace npusim::stats
