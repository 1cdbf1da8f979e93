// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "sim/base/errors.h"
#include "sim/isa/encoding.h"
#include "sim/isa/program.h"
#include "sim/isa/records.h"
#include "tests/unit/isa/sample_programs.h"

namespace npusim::isa {
namespace {

using testing::HasSubstr;

std::string findings_of(const Program& program) {
  try {
    verify(program);
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "none";
}

template <typename Fields>
Fields& fields(Program& program, std::size_t instruction) {
  return std::get<Fields>(program.instructions[instruction].fields);
}

// Instructions of pipeline_program: 0 load_activations, 1 and 2 load_weights, 3 preload, 4 matmul,
// 5 requantize, 6 elementwise, 7 store_activations, then 8 to 14 the same less the records.
struct Fault {
  const char* finding;
  std::function<void(Program&)> make;
};

void expect_all(const std::vector<Fault>& faults) {
  for (const Fault& fault : faults) {
    Program program = test::pipeline_program(3);
    fault.make(program);
    EXPECT_THAT(findings_of(program), HasSubstr(fault.finding));
  }
}

TEST(VerifyTest, AcceptsTheSample) {
  EXPECT_EQ(findings_of(test::pipeline_program(1)), "none");
  EXPECT_EQ(findings_of(test::pipeline_program(5)), "none");
}

TEST(VerifyTest, TheStream) {
  expect_all({
      {"instructions: first 'end': got none", [](Program& p) { p.instructions.clear(); }},
      {"first 'end': got none",
       [](Program& p) {
         p.instructions.pop_back();
         p.origins.pop_back();
       }},
      {"first 'end': got instruction 4, must be the last",
       [](Program& p) { p.instructions[4] = {}; }},
      {"origins: got 22, must be 23, one per instruction",
       [](Program& p) { p.origins.pop_back(); }},
      {"instruction 3: layer: got 2, must be below 2", [](Program& p) { p.origins[3].layer = 2; }},
      {"instruction 4 (mac_array matmul, layer 0 'conv' tile 0): fields: got those of another",
       [](Program& p) { p.instructions[4].fields = Pool{}; }},
  });
}

TEST(VerifyTest, Semaphores) {
  expect_all({
      {"semaphores: number: got 1, must be 2 to 32", [](Program& p) { p.semaphores.resize(1); }},
      {"number: got 33", [](Program& p) { p.semaphores.resize(33); }},
      {"semaphore 0: got another, must be 'shadow_full'",
       [](Program& p) { p.semaphores[0].initial = 1; }},
      {"semaphore 1: got another, must be 'shadow_free'",
       [](Program& p) { p.semaphores[1].waiter = Unit::vector; }},
      {"semaphore 4: name: got 'a b', must be letters",
       [](Program& p) { p.semaphores[4].name = "a b"; }},
      {"semaphore 4: name: got 'dma_in_to_mac_array' again",
       [](Program& p) { p.semaphores[4].name = p.semaphores[2].name; }},
      {"posts: got shadow_full, must be a semaphore of the Program from 2 on",
       [](Program& p) { p.instructions[3].post_mask |= 1; }},
      {"waits for: got semaphore 31, must be",
       [](Program& p) { p.instructions[3].wait_mask |= 0x80000000U; }},
      {"waits for: got mac_array_to_dma_in, must be a semaphore whose unit this is; that one is "
       "dma_in's",
       [](Program& p) { p.instructions[3].wait_mask |= 8; }},
      {"posts: got mac_array_to_dma_in, must be a semaphore whose unit this is; that one is "
       "mac_array's",
       [](Program& p) { p.instructions[3].post_mask |= 8; }},
      {"nothing: 'end' has no unit", [](Program& p) { p.instructions.back().post_mask = 4; }},
  });
}

TEST(VerifyTest, ModesOfTheArray) {
  const auto output_stationary = [](Program& p) {
    p.hardware.mac_array.dataflow = config::Dataflow::output_stationary;
    for (const std::size_t tile : {std::size_t{3}, std::size_t{8 + 2}, std::size_t{15 + 2}}) {
      fields<Preload>(p, tile).pixels = 8;
      fields<Matmul>(p, tile + 1).mode = ArrayMode::output_stationary;
    }
  };
  Program program = test::pipeline_program(3);
  output_stationary(program);
  EXPECT_EQ(findings_of(program), "none");
  program.hardware.mac_array.dataflow = config::Dataflow::weight_stationary;
  EXPECT_THAT(findings_of(program),
              HasSubstr("mode: got output_stationary, must be another, where mac_array.dataflow is "
                        "weight_stationary"));
  program = test::pipeline_program(3);
  output_stationary(program);
  fields<Matmul>(program, 4).k_begin = 4;
  fields<Preload>(program, 3).k_begin = 4;
  EXPECT_THAT(findings_of(program), HasSubstr("reduction of an output stationary matmul: got 4 to "
                                              "8, must be all of it, 0 to 8, from the bias on"));
  program = test::pipeline_program(3);
  output_stationary(program);
  fields<Preload>(program, 3).pixels = 7;
  EXPECT_THAT(findings_of(program), HasSubstr("pixels of instruction 3, its preload: got 7, must "
                                              "be 8, this output stationary matmul's"));
  expect_all({
      {"its preload: got 8, must be 0: this matmul is not output stationary",
       [](Program& p) { fields<Preload>(p, 3).pixels = 8; }},
      {"column_pixels: got 2, must be 0",
       [](Program& p) { fields<Matmul>(p, 4).column_pixels = 2; }},
      {"column_pixels: got 5, must be 0 (for one pixel) or 2 to 4",
       [](Program& p) {
         p.hardware.mac_array.depthwise_pixels = 4;
         fields<Preload>(p, 3).column_pixels = 5;
       }},
      {"column_pixels: got 0, must be 3 of instruction 3, its preload",
       [](Program& p) {
         p.hardware.mac_array.depthwise_pixels = 4;
         fields<Preload>(p, 3).column_pixels = 3;
       }},
  });
}

TEST(VerifyTest, WorkThatNoCompilerAsksFor) {
  const auto large = [](Program& p) {
    p.hardware.activation_scratchpad.bytes = std::int64_t{1} << 30;
    p.hardware.weight_scratchpad.bytes = std::int64_t{1} << 30;
    p.hardware.dram.bytes = std::int64_t{1} << 32;
  };
  const auto preload = [&](Program& p, std::uint32_t k_end, std::uint16_t columns) {
    large(p);
    p.hardware.mac_array.columns = 4096;
    auto& f = fields<Preload>(p, 3);
    f.k_end = k_end;
    f.columns = columns;
  };
  const auto pool = [&](Program& p, std::uint16_t side, std::uint32_t channels) {
    large(p);
    Pool f;
    f.in_height = f.in_width = f.kernel_h = f.kernel_w = side;
    f.channels = channels;
    f.pixels = 1;
    f.out_address = 1 << 29;
    p.instructions[6] = make_instruction(Opcode::pool);
    p.instructions[6].fields = f;
  };
  expect_all({
      {"count1 * count2: got 4097, must be at most 4096",
       [&](Program& p) { large(p), fields<Dma>(p, 1).count1 = 4097; }},
      {"count1 * count2: got 18446744065119617025, must be at most 4194304",
       [&](Program& p) { fields<Dma>(p, 0).count1 = fields<Dma>(p, 0).count2 = ~0U; }},
      {"k_end - k_begin: got 16777217, must be 1 to 16777216",
       [&](Program& p) { preload(p, (1 << 24) + 1, 1); }},
      {"(k_end - k_begin) * columns: got 536875008, must be 0 to 536870912",
       [&](Program& p) { preload(p, (1 << 17) + 1, 4096); }},
      {"folds: got 268431360, must be 1 to 67108864",
       [&](Program& p) {
         preload(p, 4096, 1);
         p.hardware.mac_array.rows = 1;
         fields<Preload>(p, 3).pixels = 65535;
       }},
      {"cells of a window: got 4198401, must be 1 to 4194304",
       [&](Program& p) { pool(p, 2049, 1); }},
      {"products, cells or bytes: got 1124800663650304, must be at most 1099511627776",
       [&](Program& p) { pool(p, 2047, 1 << 28); }},
      {"layer 1 'rescale': macs: got 1, must be 0",
       [](Program& p) {
         p.layers[0].macs = std::int64_t{1} << 56;
         p.layers[1].macs = 1;
       }},
      {"size: got 8193, must be 0 to 8192",
       [](Program& p) { p.metadata.preprocessing.size = 8193; }},
  });
}

TEST(VerifyTest, DepthwisePixelsThatTheRowsHold) {
  Program program = test::pipeline_program(1);
  program.hardware.mac_array.depthwise_pixels = 4;
  program.hardware.mac_array.rows = 8;
  const auto set = [&](std::uint8_t pixels, std::uint8_t taps) {
    auto& matmul = fields<Matmul>(program, 4);
    matmul.mode = ArrayMode::depthwise;
    matmul.channels = matmul.columns;
    matmul.kernel_w = taps;
    matmul.k_end = taps;
    matmul.column_pixels = pixels;
    fields<Preload>(program, 3).k_end = taps;
    fields<Preload>(program, 3).column_pixels = pixels;
    return findings_of(program);
  };
  EXPECT_EQ(set(4, 2), "none");
  EXPECT_EQ(set(2, 3), "none");
  EXPECT_EQ(set(0, 5), "none");
  EXPECT_THAT(set(3, 3), HasSubstr("column_pixels: got 3, must be 0 (for one pixel) or 2 to 2"));
  EXPECT_THAT(set(2, 5), HasSubstr("column_pixels: got 2, must be 0"));
  EXPECT_THAT(set(1, 2), HasSubstr("column_pixels: got 1, must be 0 (for one pixel) or 2 to 4"));
}

TEST(VerifyTest, DramAndTensors) {
  expect_all({
      {"DRAM: dram_bytes: got 10, must be at least the image",
       [](Program& p) { p.dram_bytes = 10; }},
      {"of instructions, must be at most the DRAM, 65536",
       [](Program& p) { p.dram_bytes = 65536 - 64; }},
      {"must be at most the DRAM", [](Program& p) { p.dram_bytes = ~std::uint64_t{0}; }},
      {"dram_bytes: got 4294967297, must be at most 4294967296",
       [](Program& p) {
         p.hardware.dram.bytes = std::int64_t{1} << 40;
         p.dram_bytes = (std::uint64_t{1} << 32) + 1;
       }},
      {"tensor 0 'input': width: got 0, must be 1 to", [](Program& p) { p.tensors[0].width = 0; }},
      {"tensor 1 'output': bytes: got bytes",
       [](Program& p) { p.tensors[1].address = p.dram_bytes - 1; }},
      {"tensor 1 'output': bytes: got bytes",
       [](Program& p) { p.tensors[1].channels = std::int64_t{1} << 32; }},
      {"complete_after: got 22, must be -1 to 21",
       [](Program& p) { p.tensors[1].complete_after = 22; }},
      {"scale: got 0.000000, must be finite", [](Program& p) { p.tensors[0].scale = 0; }},
      {"inside the 1024 bytes of the activation scratchpad",
       [](Program& p) {
         p.tensors[1].memory = Memory::activation_scratchpad;
         p.tensors[1].address = 1000;
       }},
      {"input 'input': got a tensor elsewhere", [](Program& p) { p.tensors[0].address = 0; }},
      {"input 'input': got a tensor elsewhere",
       [](Program& p) { p.tensors[0].complete_after = 0; }},
      {"interface: output: got 2, must be below 2", [](Program& p) { p.outputs = {2}; }},
      {"outputs: got a tensor twice",
       [](Program& p) {
         p.outputs = {1, 1};
       }},
      {"layer 1 'rescale': output_tensor: got 9",
       [](Program& p) { p.layers[1].output_tensor = 9; }},
      {"layer 0 'conv': macs: got -1", [](Program& p) { p.layers[0].macs = -1; }},
      {"metadata: scale: got 0.000000", [](Program& p) { p.metadata.preprocessing.scale[1] = 0; }},
  });
}

TEST(VerifyTest, EveryImageRepeatsTheFirst) {
  EXPECT_EQ(findings_of(test::two_images_program()), "none");
  const std::vector<Fault> faults = {
      {"metadata: images: got 0, must be 1 to 4096", [](Program& p) { p.metadata.images = 0; }},
      {"tensors: number: got 4, must be a multiple of the 3 images",
       [](Program& p) { p.metadata.images = 3; }},
      {"layers: number: got 3, must be a multiple of the 2 images",
       [](Program& p) { p.layers.pop_back(); }},
      {"tensors: entry 2: got another, must be that of image 1 to entry 0 of image 0",
       [](Program& p) { p.tensors[2].zero_point = 1; }},
      {"tensors: entry 3: got another", [](Program& p) { p.tensors[3].width = 4; }},
      {"tensors: entry 3: got another", [](Program& p) { p.tensors[3].name = "x"; }},
      {"inputs: entry 1: got another",
       [](Program& p) {
         p.inputs = {0, 1};
       }},
      {"outputs: entry 1: got another",
       [](Program& p) {
         p.outputs = {1, 2};
       }},
      {"layers: entry 2: got another", [](Program& p) { p.layers[2].macs = 1; }},
      {"layers: entry 3: got another", [](Program& p) { p.layers[3].output_tensor = 1; }},
      {"layers: entry 2: got another",
       [](Program& p) { p.layers[0].quantization = LayerQuantization{}; }},
  };
  for (const Fault& fault : faults) {
    Program program = test::two_images_program();
    fault.make(program);
    EXPECT_THAT(findings_of(program), HasSubstr(fault.finding));
  }
}

TEST(VerifyTest, TensorsTogetherAreLimited) {
  Program program = test::pipeline_program(1);
  program.hardware.dram.bytes = std::int64_t{1} << 40;
  program.dram_bytes = std::uint64_t{1} << 32;
  TensorInfo large;
  large.height = std::int64_t{3} << 28;
  large.address = 4096;
  program.tensors.insert(program.tensors.end(), {large, large});
  EXPECT_THAT(findings_of(program),
              HasSubstr("tensor 3 '': bytes: got 805306368, must be at most"));
  program.tensors.pop_back();
  EXPECT_EQ(findings_of(program), "none");
}

TEST(VerifyTest, Dma) {
  expect_all({
      {"instruction 0 (dma_in load_activations, layer 0 'conv' tile 0): bytes: got 0, must be 1",
       [](Program& p) { fields<Dma>(p, 0).bytes = 0; }},
      {"count2: got 0", [](Program& p) { fields<Dma>(p, 0).count2 = 0; }},
      {"local region: got bytes 1000 to 1064, must be inside the 1024 bytes of the activation",
       [](Program& p) { fields<Dma>(p, 0).local_address = 1000; }},
      {"DRAM region: got bytes",
       [](Program& p) { fields<Dma>(p, 0).dram_address = p.dram_bytes - 63; }},
      {"DRAM region: got bytes",
       [](Program& p) { fields<Dma>(p, 0).dram_address = ~std::uint64_t{0} - 10; }},
      {"inside the 1024 bytes of the weight scratchpad",
       [](Program& p) { fields<Dma>(p, 1).local_address = 1000; }},
      {"DRAM region (weights and parameters come from the image)",
       [](Program& p) { fields<Dma>(p, 1).dram_address = p.dram_image.size(); }},
      {"dram_address: got 0, must be behind the image",
       [](Program& p) { fields<Dma>(p, 7).dram_address = 0; }},
      {"local region: got runs that overlap, must be strides that step over the runs",
       [](Program& p) { fields<Dma>(p, 0).count1 = 0xffffffff; }},
      {"local region: got runs that overlap",
       [](Program& p) {
         fields<Dma>(p, 7).count1 = 1000;
         fields<Dma>(p, 7).dram_stride1 = 32;
       }},
      {"DRAM region: got runs that overlap",
       [](Program& p) {
         fields<Dma>(p, 7).count1 = 2;
         fields<Dma>(p, 7).dram_stride1 = 31;
         fields<Dma>(p, 7).local_stride1 = 100;
       }},
  });
}

TEST(VerifyTest, Widths) {
  expect_all({
      {"code_bits: got 9, must be 4 to 8", [](Program& p) { p.tensors[0].code_bits = 9; }},
      {"code_bits: got 3, must be 4 to 8", [](Program& p) { p.tensors[0].code_bits = 3; }},
      {"weight_bits: got 1, must be 2 to 8",
       [](Program& p) {
         p.layers[0].quantization = LayerQuantization{"", 0, "", true, 1};
       }},
      {"field_bits: got 5, must be 0 to 4",
       [](Program& p) {
         p.layers[0].quantization = LayerQuantization{"", 5, "", true, 8};
       }},
  });
}

TEST(VerifyTest, PreloadAndMatmul) {
  expect_all({
      {"columns: got 5, must be 1 to 4", [](Program& p) { fields<Preload>(p, 3).columns = 5; }},
      {"weight_bits: got 1, must be 2 to 8",
       [](Program& p) { fields<Preload>(p, 3).weight_bits = 1; }},
      {"weight_bits: got 9, must be 2 to 8",
       [](Program& p) { fields<Preload>(p, 3).weight_bits = 9; }},
      {"weight_zero_point: got 4, must be -4 to 3",
       [](Program& p) {
         fields<Preload>(p, 3).weight_bits = 3;
         fields<Preload>(p, 3).weight_zero_point = 4;
       }},
      {"weights: got bytes 1009 to 1025",  // 8 rows of 4 columns, 3 bits each: 2 bytes
       [](Program& p) {
         fields<Preload>(p, 3).weight_bits = 3;
         fields<Preload>(p, 3).weights_address = 1009;
       }},
      {"k_begin: got 8, must be 0 to 7", [](Program& p) { fields<Preload>(p, 3).k_begin = 8; }},
      {"weights: got bytes 1000 to 1032",
       [](Program& p) { fields<Preload>(p, 3).weights_address = 1000; }},
      {"biases: got bytes 1009 to 1025",
       [](Program& p) { fields<Preload>(p, 3).bias_address = 1009; }},
      {"acc_row + pixels: got 17, must be 1 to 16",
       [](Program& p) { fields<Matmul>(p, 4).acc_row = 9; }},
      {"pixels: got 0", [](Program& p) { fields<Matmul>(p, 4).pixels = 0; }},
      {"out_width: got 0", [](Program& p) { fields<Matmul>(p, 4).out_width = 0; }},
      {"stride_w: got 0", [](Program& p) { fields<Matmul>(p, 4).stride_w = 0; }},
      {"input region: got bytes 0 to 8128",
       [](Program& p) { fields<Matmul>(p, 4).in_height = 127; }},
      {"k_end: got 8, must be 1 to 7", [](Program& p) { fields<Matmul>(p, 4).channels = 7; }},
      {"channels: got 8, must be the columns, 4, in depthwise mode",
       [](Program& p) { fields<Matmul>(p, 4).mode = ArrayMode::depthwise; }},
  });
}

TEST(VerifyTest, PreloadsAndMatmulsPairUp) {
  expect_all({
      {"k_end: got 8, must be 4 of instruction 3, its preload",
       [](Program& p) { fields<Preload>(p, 3).k_end = 4; }},
      {"columns: got 3, must be 4 of instruction 3",
       [](Program& p) { fields<Matmul>(p, 4).columns = 3; }},
      {"start_from_bias: got 0, must be 1",
       [](Program& p) { fields<Matmul>(p, 4).start_from_bias = false; }},
      {"instruction 3 (mac_array matmul, layer 0 'conv' tile 0): preload: got none for this matmul",
       [](Program& p) { std::swap(p.instructions[3], p.instructions[4]); }},
      {"preloads: got 3, must be as many as matmuls, 2",
       [](Program& p) {
         p.instructions.erase(p.instructions.begin() + 18);
         p.origins.pop_back();
         --p.tensors[1].complete_after;
       }},
      {"preload: got 3 without their matmul yet, must be at most 2",
       [](Program& p) {
         for (int i = 0; i < 2; ++i) {
           p.instructions.insert(p.instructions.begin() + 3, p.instructions[3]);
           p.origins.push_back({});
         }
       }},
  });
}

TEST(VerifyTest, Requantize) {
  expect_all({
      {"clamps_address: got 7, must be 0 without channel_clamps",
       [](Program& p) { fields<Requantize>(p, 5).clamps_address = 7; }},
      {"channel clamps: got",
       [](Program& p) {
         fields<Requantize>(p, 5).channel_clamps = true;
         fields<Requantize>(p, 5).clamps_address = 0xffffffff;
       }},
      {"high clamp of channel",
       [](Program& p) {
         fields<Requantize>(p, 5).channel_clamps = true;
         fields<Requantize>(p, 5).clamps_address = fields<Requantize>(p, 5).record_address;
       }},
      {"field_bits: got 5, must be 0 to 4",
       [](Program& p) { fields<Requantize>(p, 5).field_bits = 5; }},
      {"low: got 6, must be -128 to 5",
       [](Program& p) {
         fields<Requantize>(p, 5).low = 6;
         fields<Requantize>(p, 5).high = 5;
       }},
      {"output region: got runs that overlap",
       [](Program& p) { fields<Requantize>(p, 5).out_pixel_stride_bytes = 3; }},
      {"output region: got bytes",
       [](Program& p) { fields<Requantize>(p, 5).out_address = 0xffffffff; }},
      {"record: got bytes", [](Program& p) { fields<Requantize>(p, 5).record_address = 1020; }},
      {"channel shifts: got bytes",
       [](Program& p) { fields<Requantize>(p, 5).channel_begin = 0xffffffff; }},
      {"shift + channel shift of channel 0: got 63, must be 1 to 62",
       [](Program& p) { p.dram_image.edit()[fields<Dma>(p, 2).dram_address + 4] = 60; }},
      {"multiplier of channel 0: got -",
       [](Program& p) { p.dram_image.edit()[fields<Dma>(p, 2).dram_address + 3] = 0x80; }},
      {"multiplier of channel 0: got 85536, must be 0 to 32767",
       [](Program& p) {
         p.hardware.requantization.multiplier_bits = 15;
         p.dram_image.edit()[fields<Dma>(p, 2).dram_address + 2] = 1;
       }},
      {"shift of channel 0: got 63",
       [](Program& p) {
         p.hardware.requantization.placement = config::ShifterPlacement::pre_multiply;
         p.dram_image.edit()[fields<Dma>(p, 2).dram_address + 4] = 63;
       }},
  });
}

TEST(VerifyTest, Elementwise) {
  expect_all({
      {"operand a: got bytes", [](Program& p) { fields<Elementwise>(p, 6).a_address = 1020; }},
      {"operand a: got some bytes of the output",
       [](Program& p) { fields<Elementwise>(p, 6).a_address = 513; }},
      {"operand b: got bytes",
       [](Program& p) {
         fields<Elementwise>(p, 6).operation = ElementwiseOperation::mul;
         fields<Elementwise>(p, 6).b_address = 0xffffffff;
       }},
      {"record: got bytes 1021 to 1026",
       [](Program& p) { fields<Elementwise>(p, 6).record_address = 1021; }},
      {"record: got bytes 800 to 1056",
       [](Program& p) {
         fields<Elementwise>(p, 6).operation = ElementwiseOperation::lookup;
         fields<Elementwise>(p, 6).record_address = 800;
       }},
      {"channels: got 0", [](Program& p) { fields<Elementwise>(p, 6).channels = 0; }},
      {"shift: got 0, must be 1 to 62",
       [](Program& p) { fields<Elementwise>(p, 6).record_address = 900; }},
  });
  Program in_place = test::pipeline_program(1);
  fields<Elementwise>(in_place, 6).a_address = fields<Elementwise>(in_place, 6).out_address;
  EXPECT_EQ(findings_of(in_place), "none");
}

/// The sample with an average pool in place of its rescale, and this record.
Program pool_program(const std::vector<PoolEntry>& entries) {
  Program program = test::pipeline_program(1);
  std::vector<std::uint8_t> record;
  append_pool_record(record, entries);
  const std::uint64_t address = program.dram_image.size();
  std::vector<std::uint8_t>& image = program.dram_image.edit();
  image.insert(image.end(), record.begin(), record.end());
  program.dram_bytes += 256;
  program.tensors[0].address += 256;
  program.tensors[1].address += 256;
  fields<Dma>(program, 0).dram_address += 256;
  fields<Dma>(program, 7).dram_address += 256;
  Dma load = fields<Dma>(program, 2);
  load.dram_address = address;
  load.local_address = 600;
  load.bytes = static_cast<std::uint32_t>(record.size());
  program.instructions.insert(program.instructions.begin() + 3, {Opcode::load_weights, 0, 0, load});
  program.origins.push_back({});
  ++program.tensors[1].complete_after;
  Pool pool;
  pool.operation = PoolOperation::average;
  pool.in_address = 256;
  pool.in_height = 2;
  pool.in_width = 4;
  pool.channels = 4;
  pool.pixel_stride_bytes = 4;
  pool.row_stride_bytes = 16;
  pool.kernel_h = pool.kernel_w = 3;
  pool.pad_top = pool.pad_left = 1;
  pool.out_address = 512;
  pool.out_pixel_stride_bytes = 4;
  pool.out_width = 4;
  pool.pixels = 8;
  pool.record_address = 600;
  Instruction& vector = program.instructions[7];
  vector.opcode = Opcode::pool;
  vector.fields = pool;
  return program;
}

TEST(VerifyTest, Pool) {
  const std::vector<PoolEntry> good = {{4, {1, 10}}, {6, {1, 10}}};
  EXPECT_EQ(findings_of(pool_program(good)), "none");
  EXPECT_THAT(findings_of(pool_program({{4, {1, 10}}})),
              HasSubstr("window of output pixel (0, 1): got 6 real cells, must be a divisor"));
  EXPECT_THAT(findings_of(pool_program({{6, {1, 10}}, {4, {1, 10}}})),
              HasSubstr("divisor of the record: got 4, must be 7 to 65535"));
  EXPECT_THAT(findings_of(pool_program({{4, {1, 10}}, {6, {1, 63}}})), HasSubstr("shift: got 63"));
  EXPECT_THAT(findings_of(pool_program({})), HasSubstr("entries of the record: got 0"));

  Program program = pool_program(good);
  Pool& pool = fields<Pool>(program, 7);
  pool.count_include_pad = true;
  EXPECT_THAT(findings_of(program), HasSubstr("entries of the record: got 2, must be 1"));
  pool.count_include_pad = false;
  pool.operation = PoolOperation::max;
  EXPECT_EQ(findings_of(program), "none");
  pool.pad_top = 4;
  EXPECT_THAT(findings_of(program),
              HasSubstr("window of output pixel (0, 0): got 0 real cells, must be at least one"));
  pool.pad_top = 1;
  pool.out_address = 256 + 31;
  EXPECT_THAT(findings_of(program), HasSubstr("output region: got bytes of the input"));
}

TEST(VerifyTest, APoolRecordMayNotLeaveTheScratchpad) {
  Program program = pool_program({{4, {1, 10}}, {6, {1, 10}}});
  fields<Pool>(program, 7).record_address = 1024 - 8;
  Dma& load = fields<Dma>(program, 3);
  load.bytes = 8;
  load.local_address = 1024 - 8;
  EXPECT_THAT(findings_of(program), HasSubstr("record: got bytes 1016 to 1031"));
}

TEST(VerifyTest, AtMostTwentyFindings) {
  Program program = test::pipeline_program(12);
  for (std::size_t i = 0; i + 1 < program.instructions.size(); ++i) {
    program.instructions[i].wait_mask = 0x80000000U;
  }
  const std::string findings = findings_of(program);
  EXPECT_EQ(std::count(findings.begin(), findings.end(), '\n'), 19);
}

}  // namespace
}  // namespace npusim::isa
