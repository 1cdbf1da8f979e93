// SPDX-License-Identifier: Apache-2.0
// Counts times prices, written out by hand: every price of this technology is a whole number of
// picojoules, but a requantization's.
#include "sim/energy/estimate.h"

#include <gtest/gtest.h>

#include <cmath>

namespace npusim::energy {
namespace {

constexpr std::int64_t kCycles = 1'000'000;  // of each layer

/// 1 pJ for a bit of a partial product, of a sum and of a register; a byte of a memory costs the
/// root of its bytes; 10 pJ for a byte of DRAM.
Technology simple() {
  Technology t;
  t.name = "simple";
  t.multiply = {{8, 64}};
  t.add = {{32, 32}};
  t.register_bit_picojoules = 1;
  t.sram = {{1, 1}};
  t.sram_access_bytes = 1;
  t.dram_byte_picojoules = 10;
  t.gate_square_micrometres = 1;
  t.sram_bit_square_micrometres = 1;
  t.sram_bit_leakage_nanowatts = 2;
  return t;
}

/// Two pixels of a 1 x 1 convolution of six channels to three; then the sum of two tensors.
isa::Program two_layers() {
  isa::Program program;
  program.hardware.clock_hz = 1'000'000'000;
  config::MacArrayConfig& array = program.hardware.mac_array;
  array.rows = array.columns = 4;
  array.accumulator_rows = 64;  // a column's: 256 bytes
  program.hardware.activation_scratchpad.bytes = 4096;
  program.hardware.weight_scratchpad.bytes = 1024;
  isa::Preload p;
  p.k_end = 6;
  p.columns = 3;
  isa::Matmul m;
  m.start_from_bias = true;
  m.pixels = m.out_width = m.in_width = 2;
  m.k_end = m.channels = 6;
  m.columns = 3;
  isa::Requantize r;
  r.pixels = 2;
  r.columns = 3;
  r.field_bits = 4;
  isa::Elementwise e;
  e.pixels = 5;
  e.channels = 2;
  program.instructions = {{isa::Opcode::preload, 0, 0, p},
                          {isa::Opcode::matmul, 0, 0, m},
                          {isa::Opcode::requantize, 0, 0, r},
                          {isa::Opcode::elementwise, 0, 0, e}};
  program.layers.resize(2);
  program.origins.resize(4);
  program.origins[3].layer = 1;
  return program;
}

stats::SimulationResult result_of_two_layers() {
  stats::SimulationResult result;
  result.layers.resize(2);
  result.layers[0].cycles = kCycles;
  result.layers[1].cycles = kCycles;
  result.layers[0].dram_read_bytes = 100;
  result.layers[0].dram_write_bytes = 20;
  result.dram.instruction_bytes = 512;  // two blocks; the instructions are 256 bytes
  return result;
}

Picojoules of(const ByUnit& units, Unit unit) { return units[static_cast<std::size_t>(unit)]; }

TEST(Estimate, IsCountsTimesPrices) {
  const Estimate e = estimate(two_layers(), result_of_two_layers(), simple());
  const auto dynamic = [&](std::size_t layer, Unit unit) {
    return of(e.layers.at(layer), unit).dynamic_picojoules;
  };
  EXPECT_EQ(dynamic(0, Unit::mac_array), 36 * (64 + 32 + 8 + 32) + 6 * 3 * 8 * 2);
  EXPECT_EQ(dynamic(0, Unit::accumulators), (18 + 6) * 4 * 16);
  EXPECT_EQ(dynamic(0, Unit::activation_scratchpad), (12 + 6) * 64);
  EXPECT_EQ(dynamic(0, Unit::weight_scratchpad), (18 + 5 + 2) * 32);
  EXPECT_EQ(dynamic(0, Unit::dram), (120 + 3 * 64) * 10);
  EXPECT_EQ(dynamic(0, Unit::vector_unit), 0);
  // 6 of 32 x 31 bits, in a lane of 12,280 gates whose multiplier has 9,480.5: 7,709.6.
  EXPECT_EQ(dynamic(0, Unit::requantization), 7710);
  EXPECT_EQ(dynamic(1, Unit::mac_array), 0);
  EXPECT_EQ(dynamic(1, Unit::vector_unit), 10 * (2 * 9 * 32 + 32));
  EXPECT_EQ(dynamic(1, Unit::activation_scratchpad), 30 * 64);
  EXPECT_EQ(dynamic(1, Unit::weight_scratchpad), 9 * 32);
  EXPECT_EQ(dynamic(1, Unit::dram), (64 + 256) * 10);  // with what was fetched for nothing
}

// A word of 32 bits has 7 check bits; its decoder's 417.5 gates switch as the 266 of a sum of 32 pJ
// do, and its 32 registers cost 1 pJ each. Two rows of 3 bytes, 128 apart, are each a part of a
// word that is read first; five pixels of two bytes at one place likewise.
TEST(Estimate, ProtectedBytesCostTheirShareOfWordAndDecoder) {
  isa::Program program = two_layers();
  config::ActivationScratchpadConfig& memory = program.hardware.activation_scratchpad;
  memory.protection = config::Protection::secded;
  memory.protected_word_bits = 32;
  std::get<isa::Requantize>(program.instructions[2].fields).out_pixel_stride_bytes = 128;
  const Estimate e = estimate(program, result_of_two_layers(), simple());
  const double byte = 64.0 * 39 / 32 + (417.5 * 32 / 266 + 32) / 4;
  const auto dynamic = [&](std::size_t layer) {
    return of(e.layers.at(layer), Unit::activation_scratchpad).dynamic_picojoules;
  };
  EXPECT_EQ(dynamic(0), std::llround((12 + 6 + 2 * 4) * byte));
  EXPECT_EQ(dynamic(1), std::llround((30 + 5 * 4) * byte));
  EXPECT_EQ(of(e.layers[0], Unit::weight_scratchpad).dynamic_picojoules, 25 * 32);
  // A millisecond at 2 nW a bit; 7 check bits beside 32.
  EXPECT_EQ(of(e.layers[0], Unit::activation_scratchpad).static_picojoules, 1024 * 39 * 2);
}

TEST(Estimate, MemoriesLeakAsLongAsItTakes) {
  const Estimate e = estimate(two_layers(), result_of_two_layers(), simple());
  for (const ByUnit& layer : e.layers) {  // a millisecond at 2 nW a bit: 2 pJ
    EXPECT_EQ(of(layer, Unit::weight_scratchpad).static_picojoules, 1024 * 8 * 2);
    EXPECT_EQ(of(layer, Unit::accumulators).static_picojoules, 64 * 4 * 32 * 2);
    EXPECT_EQ(of(layer, Unit::mac_array).static_picojoules, 0);  // no leakage of gates is known
    EXPECT_EQ(of(layer, Unit::dram).static_picojoules, 0);
  }
  EXPECT_EQ(e.not_counted, std::vector<std::string>{"leakage of gates"});
}

TEST(Estimate, LayersAndUnitsAddUpToTheTotal) {
  Technology odd = simple();
  odd.multiply = {{8, 0.207}};
  odd.add = {{32, 0.0131}};
  odd.dram_byte_picojoules = 1.0 / 3;
  odd.gate_leakage_nanowatts = 17.39;
  stats::SimulationResult result = result_of_two_layers();
  result.layers[0].cycles = 12'345;
  result.layers[1].cycles = 7;
  const Estimate e = estimate(two_layers(), result, odd);
  for (std::size_t u = 0; u < kUnits; ++u) {
    EXPECT_EQ(e.layers[0][u].dynamic_picojoules + e.layers[1][u].dynamic_picojoules,
              e.units[u].dynamic_picojoules);
    EXPECT_EQ(e.layers[0][u].static_picojoules + e.layers[1][u].static_picojoules,
              e.units[u].static_picojoules);
  }
  EXPECT_EQ(sum_of(e.layers[0]).total() + sum_of(e.layers[1]).total(), sum_of(e.units).total());
}

TEST(Estimate, NarrowWeightsAndActivationsCostLess) {
  isa::Program program = two_layers();
  std::get<isa::Preload>(program.instructions[0].fields).weight_bits = 4;
  program.metadata.activation_bits = 6;
  const Estimate e = estimate(program, result_of_two_layers(), simple());
  EXPECT_EQ(of(e.layers[0], Unit::mac_array).dynamic_picojoules,
            36 * (4 * 6 + 32 + 40) + 6 * 3 * 4 * 2);
}

// The product of count and price in attojoules needs 81 bits.
TEST(Estimate, LargeCountsDoNotOverflow) {
  isa::Program program = two_layers();
  auto& e = std::get<isa::Elementwise>(program.instructions[3].fields);
  e.pixels = 1U << 31;
  e.channels = 1U << 20;
  const Estimate estimated = estimate(program, result_of_two_layers(), simple());
  EXPECT_EQ(of(estimated.layers[1], Unit::vector_unit).dynamic_picojoules,
            (std::int64_t{1} << 51) * (2 * 9 * 32 + 32));
}

}  // namespace
}  // namespace npusim::energy
