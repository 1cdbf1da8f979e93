// SPDX-License-Identifier: Apache-2.0
#include "sim/stats/spills.h"

#include <gmock/gmock.h>

namespace npusim::stats {
namespace {

using testing::ElementsAre;

isa::TensorInfo tensor(isa::Memory memory, std::uint64_t address) {
  isa::TensorInfo info;
  info.channels = 100;
  info.memory = memory;
  info.address = address;
  return info;
}

/// An input and the results of three layers at 0, 1000, 2000 (on chip) and 3000.
isa::Program program_that_loads(const std::vector<std::uint64_t>& addresses) {
  isa::Program program;
  program.tensors = {tensor(isa::Memory::dram, 0), tensor(isa::Memory::dram, 1000),
                     tensor(isa::Memory::activation_scratchpad, 2000),
                     tensor(isa::Memory::dram, 3000)};
  program.inputs = {0};
  for (const std::uint32_t output : {1U, 2U, 3U}) {
    isa::LayerInfo layer;
    layer.output_tensor = output;
    program.layers.push_back(layer);
  }
  for (const std::uint64_t address : addresses) {
    isa::Dma dma;
    dma.dram_address = address;
    program.instructions.push_back({isa::Opcode::load_activations, 0, 0, dma});
    program.instructions.push_back({isa::Opcode::load_weights, 0, 0, isa::Dma{3000}});
    program.instructions.push_back({isa::Opcode::store_activations, 0, 0, isa::Dma{3000}});
  }
  return program;
}

TEST(SpilledTensors, AreThoseReadBackFromDram) {
  EXPECT_THAT(spilled_tensors(program_that_loads({1000})), ElementsAre(false, true, false, false));
  EXPECT_THAT(spilled_tensors(program_that_loads({1099})), ElementsAre(false, true, false, false));
  EXPECT_THAT(spilled_tensors(program_that_loads({3050, 1001})),
              ElementsAre(false, true, false, true));
}

// The images share the place of a spilled tensor; the second has an input of its own at 500.
TEST(SpilledTensors, AreTheSameForEveryImage) {
  isa::Program program = program_that_loads({1000, 1000, 500});
  program.metadata.images = 2;
  const std::size_t tensors = program.tensors.size();
  for (std::size_t t = 0; t < tensors; ++t) program.tensors.push_back(program.tensors[t]);
  program.tensors[tensors].address = 500;
  program.inputs = {0, 4};
  for (std::size_t l = 0; l < 3; ++l) {
    program.layers.push_back(program.layers[l]);
    program.layers.back().output_tensor += 4;
  }
  EXPECT_THAT(spilled_tensors(program),
              ElementsAre(false, true, false, false, false, true, false, false));
}

TEST(SpilledTensors, InputsAndWhatIsOnlyWrittenAreNot) {
  for (const std::uint64_t address : {0U, 99U, 999U, 1100U, 2000U, 2999U, 3100U}) {
    EXPECT_THAT(spilled_tensors(program_that_loads({address})),
                ElementsAre(false, false, false, false))
        << address;
  }
}

}  // namespace
}  // namespace npusim::stats
