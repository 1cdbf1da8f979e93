// SPDX-License-Identifier: Apache-2.0
// Gates of the machine's parts from the synthesized counts, and areas from them.
#include "sim/energy/area.h"

#include <gtest/gtest.h>

#include "sim/energy/gate_counts.h"

namespace npusim::energy {
namespace {

using config::ShifterPlacement;

double lane(std::int64_t accumulator_bits, LaneNeeds needs,
            ShifterPlacement placement = ShifterPlacement::fused,
            std::int64_t multiplier_bits = 31) {
  config::RequantizationConfig unit;
  unit.placement = placement;
  unit.multiplier_bits = multiplier_bits;
  return lane_gates(unit, accumulator_bits, needs).nand2;
}

// The rows of docs/rtl.md.
TEST(LaneGates, AreThoseOfTheSynthesizedLanes) {
  EXPECT_EQ(lane(32, {0, false}), 12140);
  EXPECT_EQ(lane(32, {4, false}), 12280);
  EXPECT_EQ(lane(32, {4, false}, ShifterPlacement::pre_multiply), 12764);
  EXPECT_EQ(lane(32, {0, true}), 12732.5);
  EXPECT_EQ(lane(32, {1, false}, ShifterPlacement::fused, 15), 6668);
}

TEST(LaneGates, ShiftsAndScalesOfChannelsAddUp) {
  EXPECT_EQ(lane(32, {4, true}), 12140 + 140 + 592.5);
}

TEST(LaneGates, AreLinearBetweenSynthesizedAccumulators) {
  const LaneNeeds needs{2, false};
  EXPECT_EQ(lane(28, needs), (lane(24, needs) + lane(32, needs)) / 2);
  EXPECT_EQ(lane(10, needs), lane(8, needs) + (lane(16, needs) - lane(8, needs)) / 4);
  for (std::int64_t bits = 9; bits <= 32; ++bits)
    EXPECT_GT(lane(bits, needs), lane(bits - 1, needs));
}

TEST(LaneNeeds, AreThoseOfTheWidestInstruction) {
  isa::Program program;
  EXPECT_EQ(lane_needs(program).field_bits, 0);
  isa::Requantize r;
  for (const std::uint8_t bits : {std::uint8_t{1}, std::uint8_t{3}, std::uint8_t{2}}) {
    r.field_bits = bits;
    program.instructions.push_back({isa::Opcode::requantize, 0, 0, r});
  }
  EXPECT_EQ(lane_needs(program).field_bits, 3);
  EXPECT_FALSE(lane_needs(program).per_channel);
  r.per_channel = true;
  program.instructions.push_back({isa::Opcode::requantize, 0, 0, r});
  EXPECT_TRUE(lane_needs(program).per_channel);
}

// 651 for 8 x 8, 266 for 32 bits of sum, 194.5 for 24, 6 for each of 24 operand and 32 sum bits.
TEST(ArrayCell, IsMultiplierAdderAndRegisters) {
  config::MacArrayConfig array;
  EXPECT_EQ(array_cell_nand2(array), 651 + 266 + 6 * (24 + 32));
  array.dataflow = config::Dataflow::output_stationary;
  EXPECT_EQ(array_cell_nand2(array), 651 + 266 + 6 * (24 + 64));
  array.accumulator_bits = 24;
  EXPECT_EQ(array_cell_nand2(array), 651 + 194.5 + 6 * (24 + 48));
}

TEST(Area, IsGatesAndMemoriesByUnit) {
  config::HardwareConfig hardware;
  hardware.mac_array.rows = 2;
  hardware.mac_array.columns = 3;
  hardware.mac_array.accumulator_rows = 10;
  hardware.requantization.lanes = 2;
  hardware.vector_unit.lanes = 1;
  hardware.vector_unit.pipeline_depth_cycles = 1;
  hardware.activation_scratchpad.bytes = 1000;
  hardware.weight_scratchpad.bytes = 500;
  hardware.feeder.line_buffer_bytes = 100;
  Technology technology;
  technology.gate_square_micrometres = 2;
  technology.sram_bit_square_micrometres = 0.5;
  const Area area = area_of(contents_of(hardware, {0, false}), technology);
  const auto of = [&](Unit unit) {
    return area.square_micrometres[static_cast<std::size_t>(unit)];
  };
  EXPECT_EQ(of(Unit::mac_array), 2 * 6 * (651 + 266 + 6 * 56));
  EXPECT_EQ(of(Unit::accumulators), 10 * 3 * 32 / 2);
  EXPECT_EQ(of(Unit::line_buffer), 400);
  EXPECT_EQ(of(Unit::requantization), 2 * 2 * 12140);
  // 18 x 32, 9 x 32, 9 x 9, 42 bits of sum, a shifter of 62, 42 registers; a table of 256 bytes.
  EXPECT_EQ(of(Unit::vector_unit), 2 * (5838 + 2764 + 842 + 361 + 884.5 + 6 * 42) + 1024);
  EXPECT_EQ(of(Unit::activation_scratchpad), 4000);
  EXPECT_EQ(of(Unit::weight_scratchpad), 2000);
  EXPECT_EQ(of(Unit::dram), 0);
  std::int64_t sum = 0;
  for (const std::int64_t unit : area.square_micrometres) sum += unit;
  EXPECT_EQ(area.total(), sum);
}

// 1000 bytes are 125 words of 64 bits with 8 check bits each; 2 ports of 4 banks of 16 bytes reach
// 16 words in a cycle, each with an encoder (407.5), a decoder (709.5) and its register (64 x 6).
// 500 bytes are 63 words with a bit of parity; a line of 12 bytes is 2 words (157.5 + 160).
TEST(Area, ProtectedWordsHaveCheckBitsAndCodes) {
  config::HardwareConfig hardware;
  hardware.mac_array.columns = 12;
  hardware.activation_scratchpad.bytes = 1000;
  hardware.activation_scratchpad.banks = 4;
  hardware.activation_scratchpad.bank_word_bytes = 16;
  hardware.activation_scratchpad.ports = 2;
  hardware.activation_scratchpad.protection = config::Protection::secded;
  hardware.weight_scratchpad.bytes = 500;
  hardware.weight_scratchpad.protection = config::Protection::parity;
  const Contents contents = contents_of(hardware, {0, false});
  const Content& activations = contents[static_cast<std::size_t>(Unit::activation_scratchpad)];
  EXPECT_EQ(activations.memory_bits, 8000 + 125 * 8);
  EXPECT_EQ(activations.nand2, 16 * (407.5 + 709.5 + 64 * 6));
  const Content& weights = contents[static_cast<std::size_t>(Unit::weight_scratchpad)];
  EXPECT_EQ(weights.memory_bits, 4000 + 63);
  EXPECT_EQ(weights.nand2, 2 * (157.5 + 160));
}

TEST(CodeGates, AreThoseOfEveryWord) {
  for (const config::Protection kind : {config::Protection::parity, config::Protection::secded}) {
    for (std::int64_t bits = 8; bits <= 128; bits *= 2) {
      EXPECT_GT(code_gates(kind, bits).encoder_nand2, 0);
      EXPECT_GT(code_gates(kind, bits).decoder_nand2, code_gates(kind, bits).encoder_nand2);
    }
  }
  EXPECT_EQ(code_gates(config::Protection::none, 64).decoder_nand2, 0);
  EXPECT_EQ(code_gates(config::Protection::parity, 64).decoder_register_bits, 0);
}

}  // namespace
}  // namespace npusim::energy
