// SPDX-License-Identifier: Apache-2.0
#include "sim/isa/disassembler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/isa/labels.h"
#include "tests/unit/isa/sample_programs.h"

namespace npusim::isa {
namespace {

using testing::HasSubstr;

TEST(DisassemblerTest, AnInstructionIsOneLine) {
  const Program program = test::pipeline_program(2);
  EXPECT_EQ(
      instruction_text(program, 4),
      "mac_array matmul start_from_bias=yes pixels=8 out_width=8 columns=4 k_end=8 in_width=8 "
      "channels=8 pixel_stride_bytes=8 row_stride_bytes=64 "
      "wait=dma_in_to_mac_array,requantization_to_mac_array post="
      "mac_array_to_dma_in,mac_array_to_requantization");
  EXPECT_EQ(instruction_text(program, 2),
            "dma_weights load_weights dram_address=0x60 local_address=0x200 bytes=12 "
            "post=dma_weights_to_requantization");
  EXPECT_EQ(instruction_text(program, 15), "end");
}

TEST(DisassemblerTest, NegativeNumbersAndUnknownSemaphores) {
  Program program = test::pipeline_program(1);
  auto& matmul = std::get<Matmul>(program.instructions[4].fields);
  matmul.pad_top = -3;
  matmul.zero_point = -128;
  matmul.mode = ArrayMode::depthwise;
  program.instructions[4].wait_mask = 0x80000000U;
  program.instructions[4].post_mask = 0;
  EXPECT_THAT(instruction_text(program, 4), HasSubstr("matmul mode=depthwise "));
  EXPECT_THAT(instruction_text(program, 4), HasSubstr(" pad_top=-3 zero_point=-128 wait=31"));
}

TEST(DisassemblerTest, TheWholeProgram) {
  const std::string text = disassemble(test::pipeline_program(2));
  EXPECT_THAT(text, HasSubstr("; npusim program: 16 instructions, 2 layers, 108 bytes of weights "
                              "and parameters\n.program \"pipeline\"\n"
                              "  scheme=\"shift_scaler\"\n  field_bits=4\n"
                              "  rule=\"floor\"\n  bias_correction=no\n"));
  EXPECT_THAT(text, HasSubstr("\n.hardware \"small\"\n  "));
  EXPECT_THAT(text, HasSubstr("\n  mac_array.rows=4\n"));
  EXPECT_THAT(text, HasSubstr("\n  3 mac_array_to_dma_in poster=mac_array waiter=dma_in "
                              "initial=2\n"));
  EXPECT_THAT(text, HasSubstr("\n  0 \"input\" height=2 width=8 channels=8 type=int8 scale=1 "
                              "zero_point=0 memory=dram address=0x70 complete_after=-1\n"));
  EXPECT_THAT(text, HasSubstr("\n.inputs 0\n.outputs 1\n"));
  EXPECT_THAT(text, HasSubstr("\n; layer 0 conv conv: 2x8x8 -> 2x8x4, kernel 1x1, stride 1x1; "
                              "512 MACs, 64 bytes of weights\n"
                              "; writes tensor 1 \"output\": 2x8x4 in DRAM at 0xf0\n"
                              ".tile 0 0  ; layer 0 conv conv tile 0\n"
                              "     0  dma_in load_activations dram_address=0x70 bytes=64 "
                              "wait=mac_array_to_dma_in post=dma_in_to_mac_array  ; reads tensor 0 "
                              "\"input\": row 0, columns 0-7, channels 0-7\n"));
  EXPECT_THAT(text, HasSubstr("\n.tile 1 1  ; layer 1 rescale concat tile 1: row 1, columns 0-7, "
                              "channels 0-3\n"));
  EXPECT_THAT(text, HasSubstr("\n.dram bytes=304 image_bytes=108 image_hash=0x"));
  EXPECT_THAT(text, testing::EndsWith("\n    15  end\n"));
}

TEST(DisassemblerTest, LayersSayTheirImageWhereThereAreSeveral) {
  const Program program = test::two_images_program();
  const std::string text = disassemble(program);
  EXPECT_THAT(text, HasSubstr("\n  images=2\n"));
  EXPECT_THAT(text, HasSubstr("\n.tile 1 0  ; layer 1 rescale concat of image 0 tile 0"));
  EXPECT_THAT(text, HasSubstr("\n.tile 2 0  ; layer 2 conv conv of image 1 tile 0"));
  EXPECT_EQ(instruction_label(program, 10),
            "instruction 10 (weight_loader preload, layer 2 'conv' of image 1 tile 0)");
}

TEST(DisassemblerTest, TheImageInHexadecimal) {
  Program program = test::pipeline_program(1);
  program.dram_image.edit().resize(34, 0xab);
  program.dram_image.edit()[0] = 0x01;
  program.dram_image.edit()[33] = 0xfe;
  const std::string text = disassemble(program, {/*image=*/true});
  EXPECT_THAT(text, HasSubstr("\n  0x00000000: 01"));
  EXPECT_THAT(text, testing::ContainsRegex("\n  0x00000020: [0-9a-f]{2}fe\n"));
}

TEST(DisassemblerTest, NamesCannotBreakLines) {
  Program program = test::pipeline_program(1);
  program.metadata.name = "a\nb\"c\\d\xff";
  program.layers[0].name = "e\nf";
  const std::string text = disassemble(program);
  EXPECT_THAT(text, HasSubstr(".program \"a\\x0ab\\x22c\\x5cd\\xff\"\n"));
  EXPECT_THAT(text, HasSubstr("; layer 0 e\\x0af conv tile 0"));
}

TEST(DisassemblerTest, DamagedReferencesArePrintedAsNumbers) {
  Program program = test::pipeline_program(1);
  program.layers.clear();
  program.semaphores.clear();
  program.tensors.clear();
  const std::string text = disassemble(program);
  EXPECT_THAT(text, HasSubstr(".tile 0 0  ; layer 0 tile 0"));
  EXPECT_THAT(text, HasSubstr(" wait=3 post=2"));
}

}  // namespace
}  // namespace npusim::isa
