// SPDX-License-Identifier: Apache-2.0
// A Program file is untrusted: every field of every kind of instruction at its boundary values, and
// every byte of a file, the checksum repaired. What comes of it is refused with place, value and
// limit, or ends, and then interpreter and machine compute the same.
#include <gtest/gtest.h>
#include <xxhash.h>

#include <limits>
#include <regex>
#include <set>

#include "sim/base/errors.h"
#include "sim/functional/interpreter.h"
#include "sim/functional/race_check.h"
#include "sim/isa/fields.h"
#include "sim/isa/program_file.h"
#include "sim/isa/regions.h"
#include "sim/model/simulate.h"
#include "tests/support/drawn_programs.h"
#include "tests/unit/isa/sample_programs.h"

namespace npusim {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Codes = std::vector<std::int8_t>;

#ifdef NPUSIM_SANITIZED_TESTS
constexpr std::size_t kByteStep = 5;
constexpr std::uint64_t kDrawnPrograms = 2;
#else
constexpr std::size_t kByteStep = 1;
constexpr std::uint64_t kDrawnPrograms = 6;
#endif

/// What became of the mutants.
struct Outcomes {
  int refused = 0, agreed = 0, racy = 0, deadlocked = 0, failed = 0, overflowed = 0;
};

std::vector<Codes> some_inputs(const isa::Program& program) {
  std::vector<Codes> inputs;
  for (const std::uint32_t input : program.inputs) {
    Codes codes(isa::tensor_region(program.tensors[input]).bytes);
    for (std::size_t i = 0; i < codes.size(); ++i)
      codes[i] = static_cast<std::int8_t>((i * 37 + input * 11) % 251);
    inputs.push_back(std::move(codes));
  }
  return inputs;
}

/// Every message has a place, a value and what would be right.
void expect_told(const base::InputError& error, const std::string& mutant) {
  static const std::regex kRefusal("\\S[^\n]*: [^\n]*: got [^\n]*, must be [^\n]+");
  for (const std::string& message : error.messages()) {
    EXPECT_TRUE(std::regex_search(message, kRefusal)) << mutant << ": " << message;
  }
}

/// Executes what was accepted on both, and compares where the semaphores order everything.
void execute(const isa::Program& program, const std::string& mutant, Outcomes& outcomes) {
  const std::vector<Codes> inputs = some_inputs(program);
  const bool ordered = functional::find_races(program).empty();
  std::vector<Codes> wanted;
  bool overflowed = false;
  try {
    wanted = functional::run(program, inputs);
  } catch (const base::SimulationError& error) {
    overflowed = true;  // the accumulators were guaranteed to hold every sum
    EXPECT_NE(std::string(error.what()).find("sum: got"), std::string::npos) << mutant;
  }
  std::vector<Codes> got;
  try {
    got = model::simulate(program, inputs).outputs;
  } catch (const base::SimulationError& error) {
    const std::string what = error.what();
    const bool deadlock = what.rfind("deadlock in cycle ", 0) == 0;
    EXPECT_TRUE(deadlock || what.rfind("cycle ", 0) == 0) << mutant << ": " << what;
    EXPECT_FALSE(ordered) << mutant << ": " << what;
    ++(deadlock ? outcomes.deadlocked : outcomes.failed);
    return;
  }
  if (overflowed) {
    ++outcomes.overflowed;
  } else if (!ordered) {
    ++outcomes.racy;
  } else {
    ++outcomes.agreed;
    EXPECT_EQ(got, wanted) << mutant;
  }
}

void try_file(const Bytes& file, const std::string& mutant, Outcomes& outcomes) {
  isa::Program program;
  try {
    program = isa::deserialize(file.data(), file.size(), "mutant");
    isa::verify(program);
  } catch (const base::InputError& error) {
    ++outcomes.refused;
    return expect_told(error, mutant);
  }
  execute(program, mutant, outcomes);
}

/// Visits fields and gives the chosen one the chosen boundary value.
class SetField {
 public:
  SetField(std::size_t field, std::size_t value) : field_(field), choice_(value) {}

  template <typename T, std::size_t N>
  void flag(const char* name, unsigned, T& value, const std::array<const char*, N>&) {
    if (!is_chosen(name)) return;
    known_ = choice_ < N;
    if (known_) value = static_cast<T>(choice_);
  }
  template <typename T>
  void number(const char* name, int, T& value) {
    if (!is_chosen(name)) return;
    using Limits = std::numeric_limits<T>;
    using U = std::make_unsigned_t<T>;
    const auto off = [&](int by) {
      return static_cast<T>(static_cast<U>(value) + static_cast<U>(by));
    };
    const T values[] = {T{0},
                        T{1},
                        static_cast<T>(-1),
                        Limits::min(),
                        Limits::max(),
                        static_cast<T>(Limits::max() - 1),
                        static_cast<T>(Limits::max() / 2 + 1),
                        off(1),
                        off(-1)};
    known_ = choice_ < std::size(values);
    if (known_) value = values[choice_];
  }
  template <typename T>
  void address(const char* name, int offset, T& value) {
    number(name, offset, value);
  }

  bool known_field() const { return next_ > field_; }
  bool known_value() const { return known_; }
  const char* name() const { return name_; }

 private:
  bool is_chosen(const char* name) {
    const bool chosen = next_++ == field_;
    if (chosen) name_ = name;
    return chosen;
  }
  std::size_t field_, choice_;
  std::size_t next_ = 0;
  const char* name_ = "";
  bool known_ = false;
};

/// Opcode and operation or mode.
std::string kind_of(const isa::Instruction& instruction) {
  std::string kind = isa::opcode_name(instruction.opcode);
  if (const auto* m = std::get_if<isa::Matmul>(&instruction.fields))
    kind += std::string(" ") + isa::kArrayModeNames.at(static_cast<std::size_t>(m->mode));
  if (const auto* p = std::get_if<isa::Pool>(&instruction.fields))
    kind += std::string(" ") + isa::kPoolOperationNames.at(static_cast<std::size_t>(p->operation));
  if (const auto* e = std::get_if<isa::Elementwise>(&instruction.fields)) {
    kind += std::string(" ") +
            isa::kElementwiseOperationNames.at(static_cast<std::size_t>(e->operation));
  }
  return kind;
}

/// Every field and mask of one instruction at its boundary values.
void mutate_instruction(const isa::Program& program, std::size_t index, Outcomes& outcomes) {
  const std::string kind = kind_of(program.instructions[index]);
  for (std::size_t field = 0;; ++field) {
    for (std::size_t value = 0;; ++value) {
      isa::Program mutant = program;
      SetField set(field, value);
      std::visit([&](auto& fields) { isa::visit_fields(fields, set); },
                 mutant.instructions[index].fields);
      if (!set.known_field()) return;
      if (!set.known_value()) break;
      try_file(isa::serialize(mutant), kind + ' ' + set.name() + " value " + std::to_string(value),
               outcomes);
    }
  }
}

void mutate_masks(const isa::Program& program, std::size_t index, Outcomes& outcomes) {
  for (std::uint32_t isa::Instruction::*mask :
       {&isa::Instruction::wait_mask, &isa::Instruction::post_mask}) {
    for (int bit = 0; bit <= isa::kSemaphores; ++bit) {
      isa::Program mutant = program;
      std::uint32_t& bits = mutant.instructions[index].*mask;
      bits = bit == isa::kSemaphores ? 0 : bits ^ std::uint32_t{1} << bit;
      try_file(isa::serialize(mutant),
               kind_of(program.instructions[index]) + " semaphore " + std::to_string(bit),
               outcomes);
    }
  }
}

void mutate_kinds(const isa::Program& program, std::set<std::string>& kinds, Outcomes& outcomes) {
  for (std::size_t i = 0; i + 1 < program.instructions.size(); ++i) {
    if (!kinds.insert(kind_of(program.instructions[i])).second) continue;
    mutate_instruction(program, i, outcomes);
    mutate_masks(program, i, outcomes);
  }
}

TEST(HostilePrograms, EveryFieldOfEveryKindOfInstruction) {
  Outcomes outcomes;
  std::set<std::string> kinds;
  mutate_kinds(test::pipeline_program(2), kinds, outcomes);
  for (std::uint64_t seed = 0; seed < kDrawnPrograms; ++seed)
    mutate_kinds(test::drawn_program(seed), kinds, outcomes);
  EXPECT_GT(kinds.size(), kDrawnPrograms + 6);
  EXPECT_GT(outcomes.refused, 500);
  EXPECT_GT(outcomes.agreed, 300);
  EXPECT_GT(outcomes.racy, 20);
  EXPECT_GT(outcomes.deadlocked, 5);
  RecordProperty("refused", outcomes.refused);
  RecordProperty("agreed", outcomes.agreed);
  RecordProperty("racy", outcomes.racy);
  RecordProperty("deadlocked", outcomes.deadlocked);
  RecordProperty("failed", outcomes.failed);
  RecordProperty("overflowed", outcomes.overflowed);
}

void repair_checksum(Bytes& file) {
  constexpr std::size_t kHeaderBytes = 32, kChecksum = 24;
  const std::uint64_t checksum = XXH64(file.data() + kHeaderBytes, file.size() - kHeaderBytes, 0);
  for (std::size_t i = 0; i < 8; ++i)
    file[kChecksum + i] = static_cast<std::uint8_t>(checksum >> (8 * i));
}

TEST(HostilePrograms, EveryByteOfAFile) {
  const Bytes file = isa::serialize(test::two_images_program());
  Outcomes outcomes;
  for (std::size_t at = 0; at < file.size(); at += kByteStep) {
    const std::uint8_t was = file[at];
    const std::set<std::uint8_t> values = {0,
                                           1,
                                           0x7f,
                                           0x80,
                                           0xff,
                                           static_cast<std::uint8_t>(was + 1),
                                           static_cast<std::uint8_t>(was - 1)};
    for (const std::uint8_t value : values) {
      if (value == was) continue;
      Bytes mutant = file;
      mutant[at] = value;
      if (at < 24 || at >= 32) repair_checksum(mutant);
      try_file(mutant, "byte " + std::to_string(at) + " = " + std::to_string(value), outcomes);
    }
  }
  EXPECT_GT(outcomes.refused, 1000);
  EXPECT_GT(outcomes.agreed, 500);
  RecordProperty("refused", outcomes.refused);
  RecordProperty("agreed", outcomes.agreed);
  RecordProperty("racy", outcomes.racy);
  RecordProperty("deadlocked", outcomes.deadlocked);
  RecordProperty("failed", outcomes.failed);
  RecordProperty("overflowed", outcomes.overflowed);
}

}  // namespace
}  // namespace npusim
