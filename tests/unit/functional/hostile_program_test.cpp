// SPDX-License-Identifier: Apache-2.0
// A Program is untrusted input: whatever verify() accepts is executed without harm.
#include <gtest/gtest.h>

#include <random>

#include "sim/base/errors.h"
#include "sim/functional/interpreter.h"
#include "sim/functional/race_check.h"
#include "sim/isa/fields.h"
#include "sim/isa/regions.h"
#include "tests/unit/isa/sample_programs.h"

namespace npusim::functional {
namespace {

/// Changes one field in about `1 / fields` of the visits: a bit, a small step, an extreme value.
class Mutator {
 public:
  Mutator(std::mt19937_64& random, std::uint64_t fields) : random_(random), fields_(fields) {}
  template <typename T, std::size_t N>
  void flag(const char*, unsigned, T& value, const std::array<const char*, N>&) {
    if (random_() % fields_ == 0) value = static_cast<T>(random_() % N);
  }
  template <typename T>
  void number(const char*, int, T& value) {
    if (random_() % fields_ != 0) return;
    switch (random_() % 4) {
      case 0:
        value =
            static_cast<T>(value ^ static_cast<T>(std::uint64_t{1} << random_() % (8 * sizeof(T))));
        break;
      case 1:
        value = static_cast<T>(value + static_cast<T>(random_() % 9) - 4);
        break;
      case 2:
        value = static_cast<T>(random_());
        break;
      default:
        value = random_() % 2 == 0 ? std::numeric_limits<T>::max() : T{0};
    }
  }
  template <typename T>
  void address(const char* name, int offset, T& value) {
    number(name, offset, value);
  }

 private:
  std::mt19937_64& random_;
  std::uint64_t fields_;
};

isa::Program mutated(std::mt19937_64& random) {
  isa::Program program = test::pipeline_program(3);
  for (std::uint64_t i = 0; i <= random() % 3; ++i) {
    isa::Instruction& instruction =
        program.instructions[random() % (program.instructions.size() - 1)];
    std::visit([&](auto& fields) { isa::visit_fields(fields, Mutator(random, 8)); },
               instruction.fields);
    if (random() % 8 == 0) instruction.wait_mask ^= std::uint32_t{4} << random() % 11;
    if (random() % 8 == 0) instruction.post_mask ^= std::uint32_t{4} << random() % 11;
  }
  if (random() % 4 == 0) {
    std::uint8_t& byte = program.dram_image.edit()[random() % program.dram_image.size()];
    byte = static_cast<std::uint8_t>(random());
  }
  if (random() % 8 == 0) {
    isa::TensorInfo& tensor = program.tensors[random() % 2];
    Mutator mutator(random, 4);
    mutator.number("", 0, tensor.address);
    mutator.number("", 0, tensor.height);
    mutator.number("", 0, tensor.complete_after);
  }
  return program;
}

TEST(HostileProgramTest, WhatIsAcceptedRuns) {
  std::mt19937_64 random(10);
  int refused = 0, ran = 0, racy = 0;
  for (int i = 0; i < 10'000; ++i) {
    const isa::Program program = mutated(random);
    try {
      isa::verify(program);
    } catch (const base::InputError&) {
      ++refused;
      continue;
    }
    racy += find_races(program).empty() ? 0 : 1;
    try {
      const std::uint64_t bytes = isa::tensor_region(program.tensors[0]).bytes;
      run(program, {TensorBytes(bytes, 3)});
      ++ran;
    } catch (const base::SimulationError&) {
    }
  }
  EXPECT_GT(refused, 1000);
  EXPECT_GT(ran, 1000);
  EXPECT_GT(racy, 250);
}

}  // namespace
}  // namespace npusim::functional
