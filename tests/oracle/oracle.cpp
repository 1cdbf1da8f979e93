// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/oracle.h"

#include "sim/base/errors.h"
#include "tests/oracle/command_processor.h"
#include "tests/oracle/dma_in.h"
#include "tests/oracle/dma_out.h"
#include "tests/oracle/mac_array.h"
#include "tests/oracle/stream_unit.h"
#include "tests/oracle/weight_loader.h"

namespace npusim::oracle {
namespace {

/// A layer's traffic is that of its DMA instructions.
void add_traffic(const isa::Program& program, std::vector<stats::LayerResult>& layers) {
  for (std::size_t i = 0; i < program.instructions.size(); ++i) {
    const auto* dma = std::get_if<isa::Dma>(&program.instructions[i].fields);
    if (dma == nullptr) continue;
    stats::LayerResult& layer = layers[program.origins[i].layer];
    const std::int64_t bytes = std::int64_t{dma->bytes} * dma->count1 * dma->count2;
    const bool write = program.instructions[i].opcode == isa::Opcode::store_activations;
    (write ? layer.dram_write_bytes : layer.dram_read_bytes) += bytes;
  }
}

}  // namespace

stats::SimulationResult run(const isa::Program& program, std::int64_t cycle_limit) {
  Machine machine(program);
  DmaIn dma_in(machine, isa::Unit::dma_in);
  DmaIn dma_weights(machine, isa::Unit::dma_weights);
  DmaOut dma_out(machine);
  WeightLoader weight_loader(machine);
  MacArray mac_array(machine);
  StreamUnit requantization(machine, isa::Unit::requantization);
  StreamUnit vector(machine, isa::Unit::vector);
  CommandProcessor command_processor(machine, {&dma_in, &dma_weights, &dma_out, &weight_loader,
                                               &mac_array, &requantization, &vector});
  // By the priorities of both scratchpads; the command processor first, since it looks at queues as
  // they were.
  for (; !machine.ledger.over(machine.now); ++machine.now) {
    if (machine.now == cycle_limit) {
      throw base::SimulationError("oracle: not over after " + std::to_string(cycle_limit) +
                                  " cycles");
    }
    machine.begin_cycle();
    dma_out.begin_cycle();
    if (machine.ledger.over(machine.now)) break;
    machine.dram->tick(machine.now);
    command_processor.tick();
    dma_in.tick();
    dma_out.tick();
    dma_weights.tick();
    requantization.tick();
    vector.tick();
    mac_array.tick();
    weight_loader.tick();
  }
  stats::SimulationResult result = machine.ledger.result();
  result.dram = machine.dram->result();
  add_traffic(program, result.layers);
  return result;
}

}  // namespace npusim::oracle
