// SPDX-License-Identifier: Apache-2.0
#include "sim/functional/interpreter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "sim/base/errors.h"
#include "sim/isa/records.h"
#include "tests/unit/isa/sample_programs.h"

namespace npusim::functional {
namespace {

TensorBytes drawn_input(std::size_t bytes) {
  TensorBytes input(bytes);
  for (std::size_t i = 0; i < bytes; ++i) input[i] = static_cast<std::int8_t>(i * 89 % 251 - 120);
  return input;
}

/// pipeline_program in floating point that is exact for its values.
std::vector<int> expected_output(const isa::Program& program, const TensorBytes& input) {
  constexpr std::size_t kShifts[4] = {3, 0, 1, 2};
  std::vector<int> output;
  const auto clamped = [](double value) { return std::min(127.0, std::max(-128.0, value)); };
  for (std::size_t t = 0; t * 64 < input.size(); ++t) {
    const std::uint8_t* weights = program.dram_image.data() + t * 48;
    for (std::size_t i = 0; i < 8; ++i) {
      for (std::size_t j = 0; j < 4; ++j) {
        double sum = isa::read_int32(weights + 32 + 4 * j);
        for (std::size_t k = 0; k < 8; ++k) {
          sum += static_cast<std::int8_t>(weights[k * 4 + j]) * input[t * 64 + i * 8 + k];
        }
        const int shift = 22 + static_cast<int>(kShifts[j]);
        const double code = clamped(std::round(std::ldexp(sum * 20'000, -shift)));
        output.push_back(static_cast<int>(clamped(std::round(std::ldexp(code * 30'000, -15)) + 5)));
      }
    }
  }
  return output;
}

TEST(InterpreterTest, RunsTheWholeLine) {
  const isa::Program program = test::pipeline_program(5);
  const TensorBytes input = drawn_input(5 * 64);
  const auto outputs = run(program, {input});
  ASSERT_EQ(outputs.size(), 1U);
  const std::vector<int> expected = expected_output(program, input);
  EXPECT_EQ(std::vector<int>(outputs[0].begin(), outputs[0].end()), expected);
  EXPECT_GT(std::set<int>(expected.begin(), expected.end()).size(), 40U);  // not all clamped
}

TEST(InterpreterTest, ObservesEveryTensorWhenItIsComplete) {
  isa::Program program = test::pipeline_program(3);
  // The first tile's product lies where the third tile's will: only its own moment has it.
  isa::TensorInfo product;
  product.name = "product 0";
  product.height = 8;
  product.channels = 4;
  product.memory = isa::Memory::activation_scratchpad;
  product.address = 256;
  product.complete_after = 5;
  program.tensors.push_back(product);
  Interpreter interpreter(program);
  std::vector<std::pair<std::uint32_t, std::size_t>> seen;
  TensorBytes product_bytes;
  interpreter.set_observer([&](std::uint32_t tensor, const TensorBytes& bytes) {
    seen.emplace_back(tensor, interpreter.next_instruction());
    if (tensor == 2) product_bytes = bytes;
  });
  interpreter.start({drawn_input(3 * 64)});
  while (interpreter.step()) {
    if (interpreter.next_instruction() == 6) {
      const std::int8_t* now = interpreter.state().activations.data() + 256;
      EXPECT_EQ(product_bytes, TensorBytes(now, now + 32));
    }
  }
  EXPECT_THAT(seen, testing::ElementsAre(std::pair(0U, 0U), std::pair(2U, 5U), std::pair(1U, 21U)));
  const std::int8_t* later = interpreter.state().activations.data() + 256;
  EXPECT_NE(product_bytes, TensorBytes(later, later + 32));
}

TEST(InterpreterTest, StartIsAReset) {
  const isa::Program program = test::pipeline_program(2);
  Interpreter interpreter(program);
  std::vector<TensorBytes> first;
  for (int round = 0; round < 2; ++round) {
    interpreter.start({drawn_input(2 * 64)});
    while (interpreter.step()) {
    }
    if (round == 0) first = interpreter.outputs();
  }
  EXPECT_EQ(interpreter.outputs(), first);
  interpreter.start({TensorBytes(2 * 64)});
  while (interpreter.step()) {
  }
  EXPECT_NE(interpreter.outputs(), first);
}

TEST(InterpreterTest, RefusesWrongInputsAndUnverifiedPrograms) {
  isa::Program program = test::pipeline_program(1);
  const auto message = [&](const std::vector<TensorBytes>& inputs) -> std::string {
    try {
      run(program, inputs);
    } catch (const base::InputError& error) {
      return error.what();
    }
    return "none";
  };
  EXPECT_EQ(message({}), "inputs: got 0, must be 1");
  EXPECT_EQ(message({TensorBytes(63)}), "input 'input': bytes: got 63, must be 64");
  program.instructions.pop_back();
  EXPECT_THAT(message({TensorBytes(64)}), testing::HasSubstr("first 'end'"));
}

TEST(InterpreterTest, ErrorsNameTheInstruction) {
  isa::Program program = test::pipeline_program(1);
  program.hardware.mac_array.accumulator_bits = 16;
  program.dram_image.edit()[32 + 1] = 0x7f;  // the first bias: 32,5xx
  program.dram_image.edit()[32 + 2] = program.dram_image.edit()[32 + 3] = 0;
  std::fill_n(program.dram_image.edit().begin(), 32, std::uint8_t{127});
  try {
    run(program, {TensorBytes(64, 127)});
    FAIL() << "no error";
  } catch (const base::SimulationError& error) {
    EXPECT_THAT(error.what(),
                testing::StartsWith("instruction 4 (mac_array matmul, layer 0 'conv' tile 0): "
                                    "accumulator row 0, column 0, k 0: sum: got "));
  }
}

}  // namespace
}  // namespace npusim::functional
