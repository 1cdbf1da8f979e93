// SPDX-License-Identifier: Apache-2.0
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "sim/base/errors.h"
#include "sim/isa/encoding.h"
#include "sim/isa/program_file.h"
#include "tests/fuzz/mutate.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace npusim::fuzz {
namespace {

constexpr std::size_t kChecksumAt = 24, kHeaderBytes = 32;

class Draw {
 public:
  explicit Draw(unsigned seed) : engine_(seed) {}
  std::size_t below(std::size_t bound) { return bound == 0 ? 0 : engine_() % bound; }
  bool one_in(std::size_t n) { return below(n) == 0; }
  std::uint64_t number() {
    constexpr std::array<std::uint64_t, 16> kNumbers = {
        0,  1,   2,   3,     7,       8,          16,         63,
        64, 127, 255, 65535, 0x10000, 0x7fffffff, 0xffffffff, ~std::uint64_t{0}};
    return one_in(3) ? below(300) : kNumbers[below(kNumbers.size())];
  }

 private:
  std::mt19937 engine_;
};

/// Some bytes of an instruction; what no longer is one stays as it was.
void change_fields(isa::Instruction& instruction, Draw& draw) {
  isa::InstructionBytes bytes = isa::encode(instruction);
  constexpr std::array<std::size_t, 4> kWidths = {1, 2, 4, 8};
  const std::size_t width = kWidths[draw.below(kWidths.size())];
  const std::size_t at = draw.one_in(12) ? 1 : 4 + draw.below((bytes.size() - 4) / width) * width;
  std::uint64_t value = 0;
  const std::size_t count = std::min(width, bytes.size() - at);
  std::memcpy(&value, bytes.data() + at, count);
  switch (draw.below(4)) {
    case 0:
      value = draw.number();
      break;
    case 1:
      value += 1 + draw.below(16);
      break;
    case 2:
      value -= 1 + draw.below(16);
      break;
    default:
      value ^= std::uint64_t{1} << draw.below(8 * count);
      break;
  }
  std::memcpy(bytes.data() + at, &value, count);
  try {
    instruction = isa::decode(bytes.data());
  } catch (const base::InputError&) {
  }
}

void change_instructions(isa::Program& program, Draw& draw) {
  auto& instructions = program.instructions;
  auto& origins = program.origins;
  if (instructions.empty() || origins.size() != instructions.size()) return;
  const std::size_t index = draw.below(instructions.size());
  const std::size_t other = draw.below(instructions.size());
  const auto at = static_cast<std::ptrdiff_t>(index);
  switch (draw.below(8)) {
    case 0:
      instructions.erase(instructions.begin() + at);
      origins.erase(origins.begin() + at);
      break;
    case 1: {
      const isa::Instruction copied = instructions[other];
      const isa::InstructionOrigin origin = origins[other];
      instructions.insert(instructions.begin() + at, copied);
      origins.insert(origins.begin() + at, origin);
      break;
    }
    case 2:
      std::swap(instructions[index], instructions[other]);
      std::swap(origins[index], origins[other]);
      break;
    case 3: {
      auto& mask = draw.one_in(2) ? instructions[index].wait_mask : instructions[index].post_mask;
      mask ^= std::uint32_t{1} << draw.below(isa::kSemaphores);
      break;
    }
    default:
      change_fields(instructions[index], draw);
      break;
  }
}

void change_tensor(isa::TensorInfo& tensor, Draw& draw) {
  const auto number = static_cast<std::int64_t>(draw.number());
  switch (draw.below(8)) {
    case 0:
      tensor.height = number;
      break;
    case 1:
      tensor.width = number;
      break;
    case 2:
      tensor.channels = number;
      break;
    case 3:
      tensor.type = static_cast<isa::DataType>(draw.below(3));
      break;
    case 4:
      tensor.code_bits = static_cast<std::int32_t>(number);
      break;
    case 5:
      tensor.memory = static_cast<isa::Memory>(draw.below(2));
      break;
    case 6:
      tensor.address = draw.number();
      break;
    default:
      tensor.complete_after = number;
      break;
  }
}

void change_hardware(config::HardwareConfig& hardware, Draw& draw) {
  const std::array<std::int64_t*, 16> fields = {&hardware.mac_array.rows,
                                                &hardware.mac_array.columns,
                                                &hardware.mac_array.accumulator_rows,
                                                &hardware.mac_array.depthwise_pixels,
                                                &hardware.activation_scratchpad.bytes,
                                                &hardware.activation_scratchpad.banks,
                                                &hardware.activation_scratchpad.bank_word_bytes,
                                                &hardware.activation_scratchpad.ports,
                                                &hardware.weight_scratchpad.bytes,
                                                &hardware.feeder.bytes_per_cycle,
                                                &hardware.feeder.line_buffer_bytes,
                                                &hardware.requantization.lanes,
                                                &hardware.vector_unit.lanes,
                                                &hardware.dma.burst_bytes,
                                                &hardware.queue_depths.mac_array,
                                                &hardware.mac_array.accumulator_bits};
  *fields[draw.below(fields.size())] =
      draw.one_in(2) ? std::int64_t{1} << draw.below(17) : static_cast<std::int64_t>(draw.number());
}

void change_rest(isa::Program& program, Draw& draw) {
  const auto number = static_cast<std::uint32_t>(draw.number());
  switch (draw.below(6)) {
    case 0:
      if (program.semaphores.empty()) break;
      program.semaphores[draw.below(program.semaphores.size())].initial = number;
      break;
    case 1:
      program.dram_bytes = draw.number();
      break;
    case 2:
      (draw.one_in(2) ? program.inputs : program.outputs).push_back(number);
      break;
    case 3:
      program.metadata.images = static_cast<std::int32_t>(number);
      break;
    case 4:
      if (program.layers.empty()) break;
      program.layers[draw.below(program.layers.size())].output_tensor = number;
      break;
    default:
      if (program.origins.empty()) break;
      program.origins[draw.below(program.origins.size())].layer = number;
      break;
  }
}

void change(isa::Program& program, Draw& draw) {
  switch (draw.below(10)) {
    case 0:
      if (!program.tensors.empty()) {
        change_tensor(program.tensors[draw.below(program.tensors.size())], draw);
      }
      break;
    case 1:
      change_hardware(program.hardware, draw);
      break;
    case 2:
      change_rest(program, draw);
      break;
    default:
      change_instructions(program, draw);
      break;
  }
}

/// Bytes of one section, with the checksum put right.
std::size_t change_section(std::uint8_t* data, std::size_t size, Draw& draw) {
  const auto sections = isa::list_sections(data, size, "fuzz");
  const isa::SectionInfo& section = sections[draw.below(sections.size())];
  LLVMFuzzerMutate(data + section.offset, section.bytes, section.bytes);
  const std::uint64_t checksum = XXH64(data + kHeaderBytes, size - kHeaderBytes, 0);
  std::memcpy(data + kChecksumAt, &checksum, sizeof checksum);
  return size;
}

}  // namespace

std::size_t mutate_program(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  Draw draw(seed);
  try {
    if (draw.one_in(30)) return LLVMFuzzerMutate(data, size, most);
    if (draw.one_in(4)) return change_section(data, size, draw);
    isa::Program program = isa::deserialize(data, size, "fuzz");
    for (std::size_t times = 1 + draw.below(3); times > 0; --times) change(program, draw);
    const std::vector<std::uint8_t> bytes = isa::serialize(program);
    if (bytes.size() <= most) {
      std::copy(bytes.begin(), bytes.end(), data);
      return bytes.size();
    }
  } catch (const base::InputError&) {
  }
  return LLVMFuzzerMutate(data, size, most);
}

}  // namespace npusim::fuzz
