// SPDX-License-Identifier: Apache-2.0
#include "tests/registers/machine.h"

#include <memory>
#include <string>

#include "sim/isa/regions.h"
#include "sim/model/kernel.h"
#include "tests/registers/command_processor.h"
#include "tests/registers/dma.h"
#include "tests/registers/mac_array.h"
#include "tests/registers/requantization.h"
#include "tests/registers/vector_unit.h"

namespace npusim::registers {
namespace {

/// All modules of one machine. A kernel must be there.
struct Machine {
  explicit Machine(Context& context)
      : clock("clock",
              [&context] {
                return context.instructions_done == context.program.instructions.size();
              }),
        semaphores(context.program),
        activations("activations", clock, activation_port::requesters,
                    context.hardware.activation_scratchpad.ports),
        weights("weights", clock, weight_port::requesters,
                context.hardware.weight_scratchpad.ports),
        dram(make_dram(context, clock)),
        dma_in("dma_in", isa::Unit::dma_in, context, clock, semaphores,
               dram->port(Requester::dma_in), activations, activation_port::dma_in),
        dma_weights("dma_weights", isa::Unit::dma_weights, context, clock, semaphores,
                    dram->port(Requester::dma_weights), weights, weight_port::dma_weights),
        dma_out("dma_out", context, clock, semaphores, dram->port(Requester::dma_out), activations),
        array("mac_array", context, clock, semaphores, activations),
        loader("weight_loader", context, clock, semaphores, weights, array),
        requantization("requantization", context, clock, semaphores, weights, activations,
                       array.pes()),
        vector("vector", context, clock, semaphores, weights, activations),
        processor("command_processor", context, clock, dram->port(Requester::fetch),
                  {&dma_in, &dma_weights, &dma_out, &loader, &array, &requantization, &vector}) {}

  void meetings(std::map<std::string, std::int64_t>& all) const {
    const std::vector<std::string> on_activations{"dma_in", "dma_out", "requantization", "vector",
                                                  "feeder"};
    const std::vector<std::string> on_weights{"dma_weights", "requantization", "vector",
                                              "weight_loader"};
    for (std::size_t a = 0; a < activations.requesters(); ++a) {
      for (std::size_t b = a + 1; b < activations.requesters(); ++b) {
        all["activations: " + on_activations[a] + ", " + on_activations[b]] +=
            activations.met(a, b);
      }
    }
    for (std::size_t a = 0; a < weights.requesters(); ++a) {
      for (std::size_t b = a + 1; b < weights.requesters(); ++b) {
        all["weights: " + on_weights[a] + ", " + on_weights[b]] += weights.met(a, b);
      }
    }
    for (std::size_t a = 0; a < kRequesters; ++a) {
      for (std::size_t b = a + 1; b < kRequesters; ++b) {
        all[std::string("dram: ") + requester_name(a) + ", " + requester_name(b)] +=
            dram->met(a, b);
      }
    }
  }

  Clock clock;
  Semaphores semaphores;
  Port activations, weights;
  std::unique_ptr<Dram> dram;
  DmaReader dma_in, dma_weights;
  DmaWriter dma_out;
  MacArray array;
  WeightLoader loader;
  Requantization requantization;
  VectorUnit vector;
  CommandProcessor processor;
};

void write_tensor(Context& context, const isa::TensorInfo& tensor,
                  const std::vector<std::int8_t>& codes) {
  if (tensor.memory == isa::Memory::dram) {
    context.dram.write(tensor.address, reinterpret_cast<const std::uint8_t*>(codes.data()),
                       codes.size());
  } else {
    std::copy(codes.begin(), codes.end(),
              context.activations.begin() + static_cast<std::ptrdiff_t>(tensor.address));
  }
}

std::vector<std::int8_t> read_tensor(Context& context, const isa::TensorInfo& tensor) {
  std::vector<std::int8_t> codes(static_cast<std::size_t>(tensor.elements()) *
                                 isa::element_bytes(tensor.type));
  if (tensor.memory == isa::Memory::dram) {
    context.dram.read(tensor.address, reinterpret_cast<std::uint8_t*>(codes.data()), codes.size());
  } else {
    const auto begin = context.activations.begin() + static_cast<std::ptrdiff_t>(tensor.address);
    codes.assign(begin, begin + static_cast<std::ptrdiff_t>(codes.size()));
  }
  return codes;
}

/// Keeps the outputs that are complete with an instruction (-1: before the first).
void keep_outputs(Context& context, std::int64_t instruction) {
  const isa::Program& program = context.program;
  for (std::size_t o = 0; o < program.outputs.size(); ++o) {
    const isa::TensorInfo& tensor = program.tensors[program.outputs[o]];
    if (tensor.complete_after == instruction) {
      context.result.outputs[o] = read_tensor(context, tensor);
    }
  }
}

}  // namespace

Result run(const isa::Program& program, const std::vector<std::vector<std::int8_t>>& inputs,
           std::int64_t cycle_limit) {
  const model::KernelScope kernel;
  Context context(program);
  context.result.outputs.resize(program.outputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    write_tensor(context, program.tensors[program.inputs[i]], inputs[i]);
  }
  keep_outputs(context, -1);
  context.on_done = [&](std::size_t instruction) {
    keep_outputs(context, static_cast<std::int64_t>(instruction));
  };
  const auto machine = std::make_unique<Machine>(context);
  constexpr std::int64_t kEdgesPerCycle = 3;
  sc_core::sc_start(
      sc_core::sc_time(static_cast<double>(cycle_limit * kEdgesPerCycle), sc_core::SC_NS));
  check(context.instructions_done == program.instructions.size(),
        "the machine is not done within its cycles");
  context.result.total_cycles = machine->clock.cycle() + 1;
  machine->meetings(context.result.meetings);
  return std::move(context.result);
}

}  // namespace npusim::registers
