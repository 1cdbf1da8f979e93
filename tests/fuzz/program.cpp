// SPDX-License-Identifier: Apache-2.0
// The bytes of a Program file, executed: a Program is an input that nobody vouches for.
#include <string>
#include <vector>

#include "sim/functional/interpreter.h"
#include "sim/functional/race_check.h"
#include "sim/isa/assembler.h"
#include "sim/isa/disassembler.h"
#include "sim/isa/program_file.h"
#include "sim/model/simulate.h"
#include "tests/fuzz/target.h"

namespace npusim::fuzz {
namespace {

// A large machine is no fault, but a fuzzer that clears its memories tries nothing else.
constexpr std::int64_t kMostMemoryBytes = std::int64_t{4} << 20;
constexpr std::int64_t kMostArrayCells = 128 * 128;
constexpr std::int64_t kMostAccumulators = 1 << 20;
constexpr std::int64_t kCycleLimit = 50'000;
constexpr std::size_t kMostInstructions = 20'000;

bool is_small(const isa::Program& program) {
  const config::HardwareConfig& hardware = program.hardware;
  return program.dram_bytes <= static_cast<std::uint64_t>(kMostMemoryBytes) &&
         hardware.activation_scratchpad.bytes <= kMostMemoryBytes &&
         hardware.weight_scratchpad.bytes <= kMostMemoryBytes &&
         hardware.mac_array.rows * hardware.mac_array.columns <= kMostArrayCells &&
         hardware.mac_array.accumulator_rows * hardware.mac_array.columns <= kMostAccumulators &&
         program.instructions.size() <= kMostInstructions;
}

std::vector<functional::TensorBytes> inputs_of(const isa::Program& program) {
  std::vector<functional::TensorBytes> inputs;
  for (const std::uint32_t index : program.inputs) {
    const isa::TensorInfo& tensor = program.tensors.at(index);
    const std::size_t width = std::size_t{1} << static_cast<unsigned>(tensor.type);
    functional::TensorBytes bytes(static_cast<std::size_t>(tensor.elements()) * width);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      // Within every width of codes: 4 bits are the least.
      bytes[i] = static_cast<std::int8_t>(static_cast<int>((i * 7 + index) % 16) - 8);
    }
    inputs.push_back(std::move(bytes));
  }
  return inputs;
}

}  // namespace

void execute(const isa::Program& program) {
  if (!is_small(program)) return;
  const std::vector<functional::TensorBytes> inputs = inputs_of(program);
  bool ended = true;
  std::vector<functional::TensorBytes> interpreted;
  stats::SimulationResult simulated;
  if (!accepted([&] {
        try {
          interpreted = functional::run(program, inputs);
        } catch (const base::SimulationError&) {
          ended = false;
        }
        model::SimulationOptions options;
        options.cycle_limit = kCycleLimit;
        try {
          simulated = model::simulate(program, inputs, options);
        } catch (const base::SimulationError&) {
          ended = false;
        }
      })) {
    return;
  }
  if (!ended || !functional::find_races(program).empty()) return;
  require(simulated.outputs == interpreted, "interpreter and machine agree");
}

void run_program(std::string_view input) {
  const auto* const data = reinterpret_cast<const std::uint8_t*>(input.data());
  isa::Program program;
  if (!accepted([&] { program = isa::deserialize(data, input.size(), "fuzz.npu"); })) return;
  const std::vector<std::uint8_t> bytes(data, data + input.size());
  require(isa::serialize(program) == bytes, "what is read is written alike");
  const std::string text = isa::disassemble(program, {true});
  if (!accepted([&] { isa::verify(program); })) return;
  require(isa::serialize(isa::assemble(text, "fuzz.npuasm")) == bytes,
          "the text is assembled to the same bytes");
  execute(program);
}

}  // namespace npusim::fuzz
