// SPDX-License-Identifier: Apache-2.0
#include "sim/functional/race_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/isa/sample_programs.h"

namespace npusim::functional {
namespace {

using isa::Opcode;
using isa::Unit;
using test::ProgramBuilder;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::int64_t kTiles = 4;

TEST(RaceCheckTest, ThePipelineHasNone) {
  for (const std::int64_t tiles : {1, 2, 3, 9}) {
    EXPECT_THAT(find_races(test::pipeline_program(tiles)), IsEmpty());
  }
}

TEST(RaceCheckTest, EveryDroppedWaitIsFound) {
  const isa::Program good = test::pipeline_program(kTiles);
  int dropped = 0;
  for (std::size_t i = 0; i < good.instructions.size(); ++i) {
    for (int s = 2; s < isa::kSemaphores; ++s) {
      const std::uint32_t bit = std::uint32_t{1} << s;
      if ((good.instructions[i].wait_mask & bit) == 0) continue;
      isa::Program program = good;
      program.instructions[i].wait_mask &= ~bit;
      EXPECT_THAT(find_races(program), testing::Not(IsEmpty()))
          << "instruction " << i << " without its wait for "
          << good.semaphores[static_cast<std::size_t>(s)].name;
      ++dropped;
    }
  }
  EXPECT_EQ(dropped, 10 * kTiles + 1);
}

TEST(RaceCheckTest, EveryDroppedPostThatAWaitNeedsIsFound) {
  const isa::Program good = test::pipeline_program(kTiles);
  int dropped = 0;
  for (std::size_t i = 0; i < good.instructions.size(); ++i) {
    for (int s = 2; s < isa::kSemaphores; ++s) {
      const std::uint32_t bit = std::uint32_t{1} << s;
      const bool posts = (good.instructions[i].post_mask & bit) != 0;
      // With an initial count the last posts serve nobody, and a lost one only costs time.
      if (!posts || good.semaphores[static_cast<std::size_t>(s)].initial > 0) continue;
      isa::Program program = good;
      program.instructions[i].post_mask &= ~bit;
      EXPECT_THAT(find_races(program), Contains(HasSubstr("deadlock: ")))
          << "instruction " << i << " without its post of "
          << good.semaphores[static_cast<std::size_t>(s)].name;
      ++dropped;
    }
  }
  EXPECT_EQ(dropped, 5 * kTiles + 1);
}

TEST(RaceCheckTest, TooManyInitialCountsAreFound) {
  for (std::size_t s = 2; s < test::pipeline_program(1).semaphores.size(); ++s) {
    isa::Program program = test::pipeline_program(kTiles);
    if (program.semaphores[s].name == "dma_weights_to_requantization") {
      program.semaphores[s].initial = 1;
    } else {
      ++program.semaphores[s].initial;
    }
    EXPECT_THAT(find_races(program), testing::Not(IsEmpty())) << program.semaphores[s].name;
  }
}

TEST(RaceCheckTest, MessagesNameBothInstructionsAndTheBytes) {
  isa::Program program = test::pipeline_program(1);
  program.instructions[4].wait_mask = 0;
  EXPECT_THAT(
      find_races(program),
      ElementsAre("read after write: instruction 4 (mac_array matmul, layer 0 'conv' tile 0) reads "
                  "activation scratchpad bytes 0x0 to 0x3f, which instruction 0 (dma_in "
                  "load_activations, layer 0 'conv' tile 0) writes, and no semaphore orders the "
                  "two"));
  program = test::pipeline_program(1);
  program.instructions[5].wait_mask = 0;
  EXPECT_THAT(find_races(program),
              Contains(HasSubstr("reads accumulator row 0, columns 0 to 3, which instruction 4")));
  program = test::pipeline_program(1);
  program.instructions[3].wait_mask = 0x80;  // array_to_requantization instead: no post before it
  EXPECT_THAT(find_races(program),
              Contains(HasSubstr("deadlock: instruction 3 (weight_loader preload, layer 0 'conv' "
                                 "tile 0) waits for 'mac_array_to_requantization', wait 1 on it")));
}

TEST(RaceCheckTest, ReadsOfWhatNobodyWroteAreFound) {
  isa::Program program = test::pipeline_program(1);
  std::get<isa::Matmul>(program.instructions[4].fields).in_address = 8;
  const auto races = find_races(program);
  EXPECT_THAT(races, ElementsAre("never written: instruction 4 (mac_array matmul, layer 0 'conv' "
                                 "tile 0) reads activation scratchpad bytes 0x40 to 0x47, which "
                                 "nothing has written"));
}

TEST(RaceCheckTest, ATensorMustBeCompleteWhenItSaysSo) {
  isa::Program program = test::pipeline_program(2);
  program.tensors[1].complete_after -= 7;  // the first tile's store
  EXPECT_THAT(
      find_races(program),
      Contains(HasSubstr("never written: tensor 'output', complete after instruction 7 "
                         "(dma_out store_activations, layer 1 'rescale' tile 0), reads DRAM "
                         "bytes 0x110 to 0x12f")));
}

TEST(RaceCheckTest, ATensorThatSomebodyOverwritesTooEarly) {
  isa::Program program = test::pipeline_program(3);
  isa::TensorInfo product;
  product.name = "result 0";
  product.height = 8;
  product.channels = 4;
  product.memory = isa::Memory::activation_scratchpad;
  product.address = 512;
  product.complete_after = 7;  // the store that empties the buffer
  program.tensors.push_back(product);
  EXPECT_THAT(find_races(program), IsEmpty());
  product.complete_after = 4;
  program.tensors.back() = product;
  EXPECT_THAT(find_races(program), Contains(HasSubstr("never written: tensor 'result 0'")));
}

isa::Dma move(std::uint64_t dram, std::uint32_t local, std::uint32_t bytes) {
  isa::Dma dma;
  dma.dram_address = dram;
  dma.local_address = local;
  dma.bytes = bytes;
  return dma;
}

/// Input to the scratchpad, from there to a spilled tensor, and back from it.
isa::Program spill(bool wait_for_the_write) {
  ProgramBuilder b;
  const std::uint32_t loaded = b.semaphore(Unit::dma_in, Unit::dma_out);
  const std::uint32_t stored = b.semaphore(Unit::dma_out, Unit::dma_in);
  const std::uint32_t input = b.dram_tensor("input", 1, 1, 64);
  const std::uint32_t spilled = b.dram_tensor("spilled", 1, 1, 64);
  b.program.inputs = {input};
  b.add(Opcode::load_activations, move(b.address_of(input), 0, 64), 0, loaded);
  b.add(Opcode::store_activations, move(b.address_of(spilled), 0, 64), loaded, stored);
  b.complete(spilled);
  b.add(Opcode::load_activations, move(b.address_of(spilled), 128, 64),
        wait_for_the_write ? stored : 0, 0);
  return b.finish();
}

TEST(RaceCheckTest, ASpilledTensorIsReadBackAfterItsWrite) {
  EXPECT_THAT(find_races(spill(true)), IsEmpty());
  EXPECT_THAT(find_races(spill(false)),
              ElementsAre(HasSubstr("reads DRAM bytes 0x40 to 0x7f, which instruction 1 (dma_out "
                                    "store_activations")));
}

TEST(RaceCheckTest, OrderIsTransitive) {
  // dma_in -> vector -> dma_out: the store of the input needs no semaphore of its own.
  for (const bool direct : {false, true}) {
    ProgramBuilder b;
    const std::uint32_t loaded = b.semaphore(Unit::dma_in, Unit::vector);
    const std::uint32_t pooled = b.semaphore(Unit::vector, Unit::dma_out);
    const std::uint32_t input = b.dram_tensor("input", 1, 1, 16);
    const std::uint32_t copy = b.dram_tensor("copy", 1, 1, 16);
    b.program.inputs = {input};
    b.add(Opcode::load_activations, move(b.address_of(input), 0, 16), 0, loaded);
    isa::Pool pool;
    pool.channels = pool.pixel_stride_bytes = 16;
    pool.pixels = 1;
    pool.out_address = 64;
    b.add(Opcode::pool, pool, loaded, pooled);
    b.add(Opcode::store_activations, move(b.address_of(copy), 0, 16), direct ? 0 : pooled, 0);
    EXPECT_EQ(find_races(b.finish()).size(), direct ? 1U : 0U);
  }
}

TEST(RaceCheckTest, InterleavedChannelsAreApart) {
  // Two units write the two halves of every pixel: no race; one byte too many is one.
  for (const std::uint32_t run : {4U, 5U}) {
    ProgramBuilder b;
    const std::uint32_t loaded = b.semaphore(Unit::dma_in, Unit::vector);
    const std::uint32_t input = b.dram_tensor("input", 1, 8, 8);
    b.program.inputs = {input};
    b.add(Opcode::load_activations, move(b.address_of(input), 256, 64), 0, loaded);
    isa::Pool pool;
    pool.in_address = 256;
    pool.in_width = 8;
    pool.channels = 4;
    pool.pixel_stride_bytes = 8;
    pool.pixels = pool.out_width = 8;
    pool.out_pixel_stride_bytes = 8;
    b.add(Opcode::pool, pool, loaded, 0);
    isa::Dma halves = move(b.address_of(input), 4, run);
    halves.count1 = 7;
    halves.dram_stride1 = halves.local_stride1 = 8;
    b.add(Opcode::load_activations, halves);
    EXPECT_EQ(find_races(b.finish()).size(), run == 4 ? 0U : 1U);
  }
}

/// PRELOAD, weight DMA, MATMUL: the DMA in between may wait for the PRELOAD or not.
isa::Program preload_in_front(std::uint32_t k, bool dma_waits, bool overwrite) {
  ProgramBuilder b;
  const std::uint32_t weights = b.semaphore(Unit::dma_weights, Unit::weight_loader);
  const std::uint32_t loaded = b.semaphore(Unit::weight_loader, Unit::dma_weights);
  const std::uint32_t input = b.semaphore(Unit::dma_in, Unit::mac_array);
  const std::uint64_t image = b.put(std::vector<std::uint8_t>(128, 1));
  const std::uint32_t tensor = b.dram_tensor("input", 1, 1, 64);
  b.program.inputs = {tensor};
  b.add(Opcode::load_activations, move(b.address_of(tensor), 0, 64), 0, input);
  b.add(Opcode::load_weights, move(image, 0, 128), 0, weights);
  isa::Preload preload;
  preload.k_end = k;
  preload.columns = 4;
  preload.bias_address = 100;
  preload.load_bias = true;
  b.add(Opcode::preload, preload, weights, loaded);
  b.add(Opcode::load_weights, move(image, overwrite ? 0 : 256, 64), dma_waits ? loaded : 0, 0);
  isa::Matmul matmul;
  matmul.start_from_bias = true;
  matmul.k_end = k;
  matmul.columns = 4;
  matmul.channels = k;
  matmul.pixels = 1;
  b.add(Opcode::matmul, matmul, input, 0);
  return b.finish();
}

TEST(RaceCheckTest, APreloadOfOneFoldIsDoneBeforeItsMatmul) {
  EXPECT_THAT(find_races(preload_in_front(4, true, true)), IsEmpty());
  EXPECT_THAT(find_races(preload_in_front(4, false, true)),
              ElementsAre(HasSubstr("write after read: instruction 3 (dma_weights")));
}

TEST(RaceCheckTest, APreloadOfSeveralFoldsIsNot) {
  // Its second fold needs the first of the MATMUL, which a full queue would keep from coming.
  EXPECT_THAT(
      find_races(preload_in_front(8, true, true)),
      Contains(HasSubstr("deadlock: instruction 3 (dma_weights load_weights, layer 0 'only' "
                         "tile 0) waits for 'weight_loader_to_dma_weights'")));
  EXPECT_THAT(find_races(preload_in_front(8, false, true)),
              ElementsAre(HasSubstr("write after read: instruction 3")));
  EXPECT_THAT(find_races(preload_in_front(8, false, false)), IsEmpty());
}

TEST(RaceCheckTest, TheNumberOfMessagesIsBounded) {
  isa::Program program = test::pipeline_program(40);
  for (isa::Instruction& instruction : program.instructions) instruction.wait_mask = 0;
  EXPECT_EQ(find_races(program).size(), kMaxRaces);
}

}  // namespace
}  // namespace npusim::functional
