// SPDX-License-Identifier: Apache-2.0
#include "sim/isa/program_difference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/isa/layer_contents.h"
#include "sim/isa/records.h"
#include "tests/unit/isa/sample_programs.h"

namespace npusim::isa {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;

std::vector<std::string> told(const Program& before, const Program& after) {
  std::vector<std::string> lines;
  for (const ProgramChange& change : program_difference(before, after).changes) {
    std::string line = program_part_name(change.part);
    for (const std::string& word : {change.item, change.what})
      line += word.empty() ? "" : ' ' + word;
    if (change.what.find("(hash)") == std::string::npos)
      line += ": " + change.before + " -> " + change.after;
    if (change.instructions > 0) line += " in " + std::to_string(change.instructions);
    lines.push_back(line);
  }
  return lines;
}

TEST(ProgramDifferenceTest, NothingOfTheSame) {
  const Program program = test::pipeline_program(3);
  const ProgramDifference difference = program_difference(program, program);
  EXPECT_TRUE(difference.is_same());
  EXPECT_FALSE(difference.first_instruction);
}

TEST(ProgramDifferenceTest, HardwareSettingsAndSizes) {
  const Program before = test::pipeline_program(2);
  Program after = before;
  after.hardware.dram.read_latency_ns = 200;
  after.hardware.mac_array.overlap_drain = false;
  after.metadata.scheme = "per_layer";
  after.metadata.bias_correction = true;
  after.metadata.equalization = true;
  after.metadata.weight_bits = 4;
  after.metadata.preprocessing.mean[1] = 0.5;
  after.activation_peak_bytes = 600;
  EXPECT_THAT(
      told(before, after),
      ElementsAre("hardware dram.read_latency_ns: 100 -> 200",
                  "hardware mac_array.overlap_drain: true -> false",
                  "settings scheme: shift_scaler -> per_layer",
                  "settings bias_correction: false -> true", "settings equalization: false -> true",
                  "settings weight_bits: 8 -> 4", "settings input.mean: 0, 0, 0 -> 0, 0.5, 0",
                  "memory activation_peak_bytes: 576 -> 600"));
}

// One weight, one bias, one multiplier, one shift, one record: the right one is named, of the right
// layer, and no instruction.
TEST(ProgramDifferenceTest, ContentsAreToldApart) {
  const Program before = test::pipeline_program(2);
  const auto changed = [&](std::size_t address, unsigned mask) {
    Program after = before;
    after.dram_image.edit().at(address) ^= static_cast<std::uint8_t>(mask);
    EXPECT_FALSE(program_difference(before, after).first_instruction);
    return told(before, after);
  };
  EXPECT_THAT(changed(3, 1), ElementsAre("layers conv weights (hash)"));
  EXPECT_THAT(changed(48 + 31, 128), ElementsAre("layers conv weights (hash)"));
  EXPECT_THAT(changed(32, 1), ElementsAre("layers conv biases (hash)"));
  EXPECT_THAT(changed(96, 1), ElementsAre("layers conv multipliers (hash)"));
  EXPECT_THAT(changed(101, 16), ElementsAre("layers conv channel shifts (hash)"));
  EXPECT_THAT(changed(103, 1), ElementsAre("layers rescale records (hash)"));
}

TEST(ProgramDifferenceTest, BytesThatNothingReadsAreToldToo) {
  const Program before = test::pipeline_program(2);
  Program after = before;
  after.dram_image.edit().push_back(0);
  Program other = after;
  other.dram_image.edit().back() = 1;
  EXPECT_THAT(told(before, after), ElementsAre("memory image_bytes: 108 -> 109",
                                               "memory bytes of the image that no instruction "
                                               "reads (hash)"));
  EXPECT_THAT(told(after, other),
              ElementsAre("memory bytes of the image that no instruction reads (hash)"));
}

TEST(ProgramDifferenceTest, AFieldOfManyInstructionsIsToldOnce) {
  const Program before = test::pipeline_program(2);
  Program after = before;
  int changed = 0;
  for (Instruction& instruction : after.instructions) {
    auto* matmul = std::get_if<Matmul>(&instruction.fields);
    if (matmul == nullptr) continue;
    matmul->zero_point = 3;
    ++changed;
  }
  EXPECT_EQ(changed, 2);
  after.instructions[4].wait_mask &= ~4U;
  EXPECT_THAT(told(before, after),
              ElementsAre(HasSubstr("instructions conv matmul wait: dma_in_to_mac_array"),
                          "instructions conv matmul zero_point: usual -> 3 in 2"));
  const auto first = program_difference(before, after).first_instruction;
  ASSERT_TRUE(first);
  EXPECT_EQ(first->index, 4U);
  EXPECT_THAT(first->before_label, HasSubstr("matmul, layer 0 'conv' tile 0"));
  EXPECT_THAT(first->after, HasSubstr(" zero_point=3 "));
}

TEST(ProgramDifferenceTest, InstructionsThatComeAndGo) {
  const Program before = test::pipeline_program(1);
  Program after = before;
  after.instructions.pop_back();
  after.origins.pop_back();
  EXPECT_THAT(told(before, after), ElementsAre("memory instructions: 9 -> 8"));
  EXPECT_EQ(program_difference(before, after).first_instruction->after, "nothing");
  EXPECT_EQ(program_difference(after, before).first_instruction->before, "nothing");
  const Program two = test::pipeline_program(2);
  EXPECT_THAT(told(before, two),
              IsSupersetOf({"layers conv macs: 256 -> 512", "layers conv tiles: 1 -> 2",
                            "layers conv weight tiles: 1 -> 2", "layers conv weights (hash)",
                            "instructions conv number of matmul: 1 -> 2",
                            "instructions rescale number of store_activations: 1 -> 2",
                            "tensors input shape: 1x8x8 int8 -> 2x8x8 int8"}));
}

TEST(ProgramDifferenceTest, LayersTensorsAndSemaphoresByName) {
  const Program before = test::pipeline_program(1);
  Program after = before;
  after.layers[1].name = "scale";
  after.layers[0].quantization = LayerQuantization{"per_layer", 0, "floor", false, 5};
  after.tensors[1].name = "result";
  after.tensors[0].address += 16;
  after.tensors[0].scale = 0.25;
  after.semaphores[3].initial = 1;
  after.semaphores.push_back({"more", Unit::vector, Unit::dma_out, 0});
  const std::string quantization =
      "layers conv quantization: the Program's -> per_layer, field 0, floor, asymmetric, "
      "5-bit weights";
  const std::string initial =
      "semaphores mac_array_to_dma_in semaphore: mac_array -> dma_in, 2 at first -> mac_array -> "
      "dma_in, 1 at first";
  EXPECT_THAT(
      told(before, after),
      IsSupersetOf(std::vector<std::string>{
          "layers conv output_tensor: output -> result", quantization,
          "layers scale layer: nothing -> concat", "layers rescale layer: concat -> nothing",
          "tensors input scale: 1 -> 0.25", "tensors input place: DRAM 0x40 -> DRAM 0x50",
          "tensors result tensor: nothing -> 1x8x4 int8",
          "tensors output tensor: 1x8x4 int8 -> nothing", "tensors outputs: output -> result",
          initial, "semaphores more semaphore: nothing -> vector -> dma_out, 0 at first"}));
  Program swapped = before;
  std::swap(swapped.layers[0], swapped.layers[1]);
  EXPECT_THAT(told(before, swapped), Contains("layers order from place 0: conv -> rescale"));
}

TEST(ProgramDifferenceTest, ImagesOfAStreamHaveLayersOfTheirOwn) {
  const Program before = test::two_images_program();
  Program after = before;
  after.layers[2].macs += 1;
  after.tensors[2].zero_point = 7;
  EXPECT_THAT(told(before, after), ElementsAre("layers conv[image 1] macs: 256 -> 257",
                                               "tensors input[image 1] zero_point: 0 -> 7"));
}

/// A tile of weights, rows x columns.
struct Tile {
  std::uint32_t k_begin, k_end;
  std::uint16_t first_column, columns;
};

/// A layer of 6 x 4 weights w(k, column) in the given tiles.
Program tiled(const std::vector<Tile>& tiles, int changed_row = -1) {
  test::ProgramBuilder builder;
  std::uint32_t local = 0;
  for (const Tile& tile : tiles) {
    std::vector<std::int8_t> weights;
    for (std::uint32_t k = tile.k_begin; k < tile.k_end; ++k) {
      for (int column = 0; column < tile.columns; ++column) {
        const int value = static_cast<int>(k) * 17 - (tile.first_column + column) * 5;
        weights.push_back(static_cast<std::int8_t>(value + (static_cast<int>(k) == changed_row)));
      }
    }
    Dma dma;
    dma.dram_address = builder.put(weights);
    dma.local_address = local;
    dma.bytes = static_cast<std::uint32_t>(weights.size());
    builder.add(Opcode::load_weights, dma);
    Preload preload;
    preload.weights_address = local;
    preload.k_begin = tile.k_begin;
    preload.k_end = tile.k_end;
    preload.columns = tile.columns;
    builder.add(Opcode::preload, preload);
    builder.add(Opcode::preload, preload);  // once more, for other pixels
    local += 64;
  }
  builder.dram_tensor("output", 1, 1, 4);
  return builder.finish();
}

TEST(LayerContentsTest, TheSameWeightsInOtherTilesAreTheSame) {
  const Program whole = tiled({{0, 6, 0, 4}});
  const Program by_columns = tiled({{0, 6, 0, 2}, {0, 6, 2, 2}});
  const Program by_rows = tiled({{0, 4, 0, 4}, {4, 6, 0, 4}});
  for (const Program* other : {&by_columns, &by_rows}) {
    const std::vector<std::string> lines = told(whole, *other);
    EXPECT_THAT(lines, Contains("layers only weight tiles: 1 -> 2"));
    EXPECT_THAT(lines, testing::Not(Contains("layers only weights (hash)")));
  }
  EXPECT_THAT(told(by_columns, by_rows), Contains("layers only shapes of weight tiles (hash)"));
  EXPECT_THAT(told(whole, tiled({{0, 4, 0, 4}, {4, 6, 0, 4}}, 5)),
              Contains("layers only weights (hash)"));
  EXPECT_EQ(layer_contents(by_rows)[0].weight_tiles, 2U);
  EXPECT_EQ(layer_contents(by_rows)[0].instructions.size(), 6U);
}

// Channels in another order, in other tiles than before.
TEST(LayerContentsTest, TheOrderOfChannelsCountsInOtherTiles) {
  const Program whole = tiled({{0, 6, 0, 4}});
  const Program swapped = tiled({{0, 6, 2, 2}, {0, 6, 0, 2}});
  EXPECT_THAT(told(whole, swapped), Contains("layers only weights (hash)"));
  const Program split = tiled({{0, 4, 0, 4}, {4, 6, 0, 2}, {4, 6, 2, 2}});
  EXPECT_THAT(told(whole, split), testing::Not(Contains("layers only weights (hash)")));
  const Program swapped_below = tiled({{0, 4, 0, 4}, {4, 6, 2, 2}, {4, 6, 0, 2}});
  EXPECT_THAT(told(whole, swapped_below), Contains("layers only weights (hash)"));
}

// What a later load puts over an earlier one is what counts; the rest stays.
TEST(LayerContentsTest, LoadsOverEachOther) {
  Program program = tiled({{0, 6, 0, 4}, {0, 6, 0, 4}});
  auto& second = std::get<Dma>(program.instructions[3].fields);
  auto& read = std::get<Preload>(program.instructions[4].fields);
  std::get<Preload>(program.instructions[5].fields).weights_address = read.weights_address = 0;
  second.local_address = 8;
  second.bytes = 8;
  const auto hash = [](const Program& of) { return layer_contents(of)[0].weight_values; };
  const std::uint64_t before = hash(program);
  Program over = program;
  over.dram_image.edit()[32] ^= 1;  // of the second load: seen by the second preload
  EXPECT_NE(hash(over), before);
  Program under = program;
  under.dram_image.edit()[40] ^= 1;  // behind the 8 bytes that are loaded
  EXPECT_EQ(hash(under), before);
}

}  // namespace
}  // namespace npusim::isa
