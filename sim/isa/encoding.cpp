// SPDX-License-Identifier: Apache-2.0
#include "sim/isa/encoding.h"

#include <cstddef>

#include "sim/base/errors.h"
#include "sim/isa/fields.h"

namespace npusim::isa {
namespace {

template <typename T>
void store(std::uint8_t* bytes, int offset, T value) {
  auto bits = static_cast<std::make_unsigned_t<T>>(value);
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    bytes[static_cast<std::size_t>(offset) + i] =
        static_cast<std::uint8_t>(static_cast<std::uint64_t>(bits) >> (8 * i));
  }
}

template <typename T>
T load(const std::uint8_t* bytes, int offset) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    bits |= std::uint64_t{bytes[static_cast<std::size_t>(offset) + i]} << (8 * i);
  }
  return static_cast<T>(bits);
}

class FieldWriter {
 public:
  explicit FieldWriter(std::uint8_t* bytes) : bytes_(bytes) {}

  template <typename T, std::size_t N>
  void flag(const char*, unsigned mask, T value, const std::array<const char*, N>&) {
    bytes_[1] = static_cast<std::uint8_t>(bytes_[1] | put_bits(static_cast<unsigned>(value), mask));
  }
  template <typename T>
  void number(const char*, int offset, T value) {
    store(bytes_, offset, value);
  }
  template <typename T>
  void address(const char*, int offset, T value) {
    store(bytes_, offset, value);
  }

 private:
  std::uint8_t* bytes_;
};

/// Reads the fields and keeps which bytes and flag bits had a meaning.
class FieldReader {
 public:
  explicit FieldReader(const std::uint8_t* bytes) : bytes_(bytes) {
    for (const std::size_t header : {0U, 1U, 4U, 5U, 6U, 7U, 8U, 9U, 10U, 11U})
      covered_[header] = true;
  }

  template <typename T, std::size_t N>
  void flag(const char* name, unsigned mask, T& value, const std::array<const char*, N>& names) {
    const unsigned got = take_bits(bytes_[1], mask);
    if (got >= names.size()) {
      throw base::InputError(base::refusal("", name, std::to_string(got),
                                           "at most " + std::to_string(names.size() - 1)));
    }
    value = static_cast<T>(got);
    flags_ |= mask;
  }
  template <typename T>
  void number(const char*, int offset, T& value) {
    value = load<T>(bytes_, offset);
    for (std::size_t i = 0; i < sizeof(T); ++i)
      covered_[static_cast<std::size_t>(offset) + i] = true;
  }
  template <typename T>
  void address(const char* name, int offset, T& value) {
    number(name, offset, value);
  }

  void refuse_reserved() const {
    if ((bytes_[1] & ~flags_) != 0) {
      throw base::InputError(base::refusal("", "flags", std::to_string(bytes_[1]),
                                           "0 in all bits but " + std::to_string(flags_)));
    }
    for (std::size_t i = 0; i < covered_.size(); ++i) {
      if (covered_[i] || bytes_[i] == 0) continue;
      throw base::InputError(
          base::refusal("", "reserved byte " + std::to_string(i), std::to_string(bytes_[i]), "0"));
    }
  }

 private:
  const std::uint8_t* bytes_;
  std::array<bool, kInstructionBytes> covered_ = {};
  unsigned flags_ = 0;
};

}  // namespace

Instruction make_instruction(Opcode opcode) {
  Instruction instruction;
  instruction.opcode = opcode;
  switch (opcode) {
    case Opcode::end:
      instruction.fields = End{};
      break;
    case Opcode::load_activations:
    case Opcode::load_weights:
    case Opcode::store_activations:
      instruction.fields = Dma{};
      break;
    case Opcode::preload:
      instruction.fields = Preload{};
      break;
    case Opcode::matmul:
      instruction.fields = Matmul{};
      break;
    case Opcode::requantize:
      instruction.fields = Requantize{};
      break;
    case Opcode::pool:
      instruction.fields = Pool{};
      break;
    case Opcode::elementwise:
      instruction.fields = Elementwise{};
      break;
  }
  return instruction;
}

bool fields_match_opcode(const Instruction& instruction) {
  return static_cast<int>(instruction.opcode) < kOpcodes &&
         make_instruction(instruction.opcode).fields.index() == instruction.fields.index();
}

InstructionBytes encode(const Instruction& instruction) {
  if (!fields_match_opcode(instruction)) {
    throw base::InternalError("encode: the fields are not those of opcode " +
                              std::to_string(static_cast<int>(instruction.opcode)));
  }
  InstructionBytes bytes = {};
  bytes[0] = static_cast<std::uint8_t>(instruction.opcode);
  store(bytes.data(), 4, instruction.wait_mask);
  store(bytes.data(), 8, instruction.post_mask);
  std::visit([&](const auto& fields) { visit_fields(fields, FieldWriter(bytes.data())); },
             instruction.fields);
  return bytes;
}

Instruction decode(const std::uint8_t* bytes) {
  if (bytes[0] >= kOpcodes) {
    throw base::InputError(base::refusal("", "opcode", std::to_string(bytes[0]),
                                         "at most " + std::to_string(kOpcodes - 1)));
  }
  Instruction instruction = make_instruction(static_cast<Opcode>(bytes[0]));
  instruction.wait_mask = load<std::uint32_t>(bytes, 4);
  instruction.post_mask = load<std::uint32_t>(bytes, 8);
  FieldReader reader(bytes);
  std::visit([&](auto& fields) { visit_fields(fields, reader); }, instruction.fields);
  reader.refuse_reserved();
  return instruction;
}

}  // namespace npusim::isa
