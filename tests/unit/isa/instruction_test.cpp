// SPDX-License-Identifier: Apache-2.0
#include "sim/isa/instruction.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "sim/base/errors.h"
#include "sim/isa/labels.h"
#include "tests/unit/isa/sample_programs.h"

namespace npusim::isa {
namespace {

TEST(InstructionTest, EveryOpcodeHasItsUnit) {
  EXPECT_EQ(unit_of(Opcode::load_activations), Unit::dma_in);
  EXPECT_EQ(unit_of(Opcode::load_weights), Unit::dma_weights);
  EXPECT_EQ(unit_of(Opcode::store_activations), Unit::dma_out);
  EXPECT_EQ(unit_of(Opcode::preload), Unit::weight_loader);
  EXPECT_EQ(unit_of(Opcode::matmul), Unit::mac_array);
  EXPECT_EQ(unit_of(Opcode::requantize), Unit::requantization);
  EXPECT_EQ(unit_of(Opcode::pool), Unit::vector);
  EXPECT_EQ(unit_of(Opcode::elementwise), Unit::vector);
  EXPECT_THROW(unit_of(Opcode::end), base::InternalError);
}

TEST(InstructionTest, NamesDiffer) {
  std::set<std::string> units, opcodes;
  for (int u = 0; u < kUnits; ++u) units.insert(unit_name(static_cast<Unit>(u)));
  for (int o = 0; o < kOpcodes; ++o) opcodes.insert(opcode_name(static_cast<Opcode>(o)));
  EXPECT_EQ(units.size(), static_cast<std::size_t>(kUnits));
  EXPECT_EQ(opcodes.size(), static_cast<std::size_t>(kOpcodes));
  EXPECT_THROW(unit_name(static_cast<Unit>(kUnits)), base::InternalError);
  EXPECT_THROW(opcode_name(static_cast<Opcode>(kOpcodes)), base::InternalError);
}

TEST(InstructionTest, LabelsNameUnitLayerAndTile) {
  Program program = test::pipeline_program(2);
  EXPECT_EQ(instruction_label(program, 3),
            "instruction 3 (weight_loader preload, layer 0 'conv' tile 0)");
  EXPECT_EQ(instruction_label(program, program.instructions.size() - 1), "instruction 15 (end)");
  EXPECT_EQ(instruction_label(program, 99), "instruction 99");
  EXPECT_EQ(semaphore_label(program, 2), "dma_in_to_mac_array");
  EXPECT_EQ(semaphore_label(program, 31), "semaphore 31");
  program.layers.clear();
  EXPECT_EQ(instruction_label(program, 0),
            "instruction 0 (dma_in load_activations, layer 0 tile 0)");
}

}  // namespace
}  // namespace npusim::isa
