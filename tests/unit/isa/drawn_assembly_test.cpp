// SPDX-License-Identifier: Apache-2.0
// Compiled Programs of all kinds as text and back.
#include <gtest/gtest.h>

#include <numeric>

#include "sim/isa/assembler.h"
#include "sim/isa/disassembler.h"
#include "sim/isa/memory_map.h"
#include "sim/isa/program_file.h"
#include "tests/support/drawn_programs.h"

namespace npusim::isa {
namespace {

#ifdef NPUSIM_SANITIZED_TESTS
constexpr std::uint64_t kPrograms = 10;
#else
constexpr std::uint64_t kPrograms = 60;
#endif

Program program_of(std::uint64_t seed) {
  return test::drawn_program(seed, [&](config::HardwareConfig& hardware) {
    std::mt19937 random(static_cast<unsigned>(seed));
    test::draw_timing(hardware, random);
    test::draw_dram(hardware, random);
    test::draw_dataflow(hardware, random);
  });
}

TEST(DrawnAssemblyTest, TextsGiveTheSameBytes) {
  for (std::uint64_t seed = 1; seed <= kPrograms; ++seed) {
    const Program program = program_of(seed);
    const std::string text = disassemble(program, {/*image=*/true});
    ASSERT_EQ(serialize(assemble(text, "x.s")), serialize(program)) << seed;
  }
}

// All that the compiler puts into the image is read, by the layer that says so.
TEST(DrawnAssemblyTest, TheMapHasTheParametersOfEveryLayer) {
  for (std::uint64_t seed = 1; seed <= kPrograms; ++seed) {
    const Program program = program_of(seed);
    std::vector<std::int64_t> weights(program.layers.size()), biases(program.layers.size());
    for (const DramRange& range : dram_map(program)) {
      if (range.kind != DramRange::Kind::parameters) continue;
      const auto bytes = static_cast<std::int64_t>(range.end - range.begin);
      if (range.part.parameter == Parameter::weights) weights[range.part.layer] += bytes;
      if (range.part.parameter == Parameter::biases) biases[range.part.layer] += bytes;
    }
    for (std::size_t l = 0; l < program.layers.size(); ++l) {
      ASSERT_EQ(weights[l], program.layers[l].weights_bytes) << seed << ' ' << l;
      ASSERT_EQ(biases[l], program.layers[l].bias_bytes) << seed << ' ' << l;
    }
  }
}

}  // namespace
}  // namespace npusim::isa
