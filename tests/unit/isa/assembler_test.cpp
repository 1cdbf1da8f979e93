// SPDX-License-Identifier: Apache-2.0
#include "sim/isa/assembler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "sim/base/errors.h"
#include "sim/isa/disassembler.h"
#include "sim/isa/program_file.h"
#include "tests/unit/isa/sample_programs.h"

namespace npusim::isa {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

std::string text_of(const Program& program) { return disassemble(program, {/*image=*/true}); }

std::vector<std::string> errors_of(const std::string& text, const AssemblyOptions& options = {}) {
  try {
    assemble(text, "x.s", options);
  } catch (const base::InputError& error) {
    return error.messages();
  }
  return {};
}

/// The text with its first OLD replaced.
std::string replaced(std::string text, const std::string& old, const std::string& with) {
  const std::size_t at = text.find(old);
  if (at == std::string::npos) throw std::runtime_error("the text has no " + old);
  return text.replace(at, old.size(), with);
}

/// What a person might write: no numbers, no units, no hardware, blanks and orders of one's own.
const char kByHand[] = R"(; two loads and nothing else
.program "by hand"   ; whose metadata are the usual ones
.semaphores
  shadow_full   poster=weight_loader waiter = mac_array
  shadow_free   waiter=mac_array
      ; on the next line a mistake is corrected
  unused poster=vector waiter=vector initial=3
.dram image_bytes = 4 bytes=0x40
  01 02
  0x2: 03fF
.layers
  "only" output_tensor=0
.tensors
  "in" channels=16 width=2 address=32
.inputs 0
.outputs
.instructions
  load_activations bytes=16 local_address=0x10 dram_address = 32, count1=2
  end
)";

std::string by_hand() {
  std::string text = kByHand;
  text = replaced(text, "shadow_free   waiter=mac_array",
                  "shadow_free initial=1 poster=mac_array\twaiter=weight_loader");
  return replaced(text, "= 32, count1=2", "= 32 local_stride1=16 dram_stride1=16 count1=2");
}

AssemblyOptions on_small_hardware() {
  AssemblyOptions options;
  options.hardware = test::small_hardware();
  return options;
}

TEST(AssemblerTest, WhatWasDisassembledHasTheSameBytes) {
  for (const Program& program :
       {test::pipeline_program(1), test::pipeline_program(3), test::two_images_program()}) {
    EXPECT_EQ(serialize(assemble(text_of(program), "x.s")), serialize(program));
  }
}

TEST(AssemblerTest, UnusualValuesComeBack) {
  Program program = test::pipeline_program(3);
  program.hardware.name = "an-npu_1.5";
  program.hardware.clock_hz = 700'000'000;
  program.hardware.mac_array.overlap_weight_load = false;
  program.metadata.name = "a \"name\" \\ \xc3\xa9\n;=,";
  program.metadata.scheme = "";
  program.metadata.symmetric = false;
  program.metadata.weight_bits = 4;
  program.metadata.preprocessing = {224, 256, 200, {0.1, -2.5e-300, 1e21}, {1. / 3, 5.5, 6.5}};
  program.tensors[0].scale = std::numeric_limits<double>::denorm_min();
  program.tensors[1].scale = 0.1 + 0.2;
  program.tensors[0].zero_point = -17;
  program.tensors[0].code_bits = 6;
  program.layers[0].name = "";
  program.layers[1].name = ".tile";
  program.layers[0].quantization = LayerQuantization{"per_channel", 0, "octave", false, 3};
  program.layers[1].quantization = LayerQuantization{};
  EXPECT_EQ(serialize(assemble(text_of(program), "x.s")), serialize(program));
}

TEST(AssemblerTest, TheImageMayComeFromElsewhere) {
  const Program program = test::pipeline_program(2);
  const std::string text = disassemble(program);
  AssemblyOptions options;
  options.image = program.dram_image;
  options.image_file = "y.npu";
  EXPECT_EQ(serialize(assemble(text, "x.s", options)), serialize(program));

  EXPECT_THAT(errors_of(text),
              ElementsAre(testing::MatchesRegex(
                  "x.s:[0-9]+: image: got 0 bytes, must be 108: the text has none .*")));
  options.image->edit().back() ^= 1;
  EXPECT_THAT(errors_of(text, options),
              ElementsAre(HasSubstr(": image: got other bytes, those of y.npu, must be those with "
                                    "image_hash, or leave image_hash out")));
  options.image->edit().pop_back();
  EXPECT_THAT(errors_of(text, options), ElementsAre(HasSubstr("image: got 107 bytes, those of "
                                                              "y.npu, must be 108")));
  EXPECT_THAT(errors_of(text_of(program), options),
              ElementsAre(HasSubstr("got bytes of its own and those of y.npu, must be one")));
}

TEST(AssemblerTest, TextsByHand) {
  const Program program = assemble(by_hand(), "x.s", on_small_hardware());
  EXPECT_EQ(program.metadata.name, "by hand");
  EXPECT_EQ(program.dram_image, DramImage(std::vector<std::uint8_t>{1, 2, 3, 255}));
  EXPECT_EQ(program.dram_bytes, 64U);
  EXPECT_EQ(program.semaphores.at(2).initial, 3U);
  EXPECT_EQ(program.tensors.at(0).elements(), 32);
  EXPECT_EQ(program.layers.at(0).name, "only");
  ASSERT_EQ(program.instructions.size(), 2U);
  const Dma& load = std::get<Dma>(program.instructions[0].fields);
  EXPECT_EQ(load.local_address, 16U);
  EXPECT_EQ(load.dram_address, 32U);
  EXPECT_EQ(load.count1, 2U);
  EXPECT_EQ(load.count2, 1U);  // its default
  // What is written by hand comes back like everything else.
  EXPECT_EQ(serialize(assemble(text_of(program), "x.s")), serialize(program));
}

TEST(AssemblerTest, LineEndsOfOtherSystems) {
  std::string text;
  for (const char c : by_hand()) text += c == '\n' ? std::string("\r\n") : std::string(1, c);
  text.resize(text.size() - 2);  // nor an end of the last line
  EXPECT_EQ(serialize(assemble(text, "x.s", on_small_hardware())),
            serialize(assemble(by_hand(), "x.s", on_small_hardware())));
}

TEST(AssemblerTest, EveryErrorAtOnceInTheOrderOfTheLines) {
  EXPECT_THAT(errors_of(kByHand, on_small_hardware()),
              ElementsAre("x.s:5: poster: got nothing, must be the unit that posts it",
                          "x.s:18:48: dram_address: got 2 values, must be one value",
                          "x.s:18:73: text: got =, must be a name or a value"));
  std::string text = by_hand();
  text = replaced(text, "load_activations", "load_activation");
  text = replaced(text, "channels=16", "channel=16 width=1");
  text = replaced(text, "initial=3", "initial=-3");
  text = replaced(text, "poster=vector", "poster=vektor");
  text = replaced(text, "\"only\"", "1 \"only\"");
  text = replaced(text, "03fF", "03f");
  text = replaced(text, ".inputs 0", ".inputs x");
  EXPECT_THAT(
      errors_of(text, on_small_hardware()),
      ElementsAre(
          "x.s:7:17: poster: got vektor, must be dma_in, dma_weights, dma_out, weight_loader, "
          "mac_array, requantization or vector; did you mean vector?",
          "x.s:7:46: initial: got -3, must be an integer from 0 to 4294967295",
          "x.s:8: image: got 3 bytes, must be 4, as image_bytes says",
          "x.s:10:10: image: got f, must be two hexadecimal digits for every byte",
          "x.s:12:3: number: got 1, must be 0, its place in the list, or left out",
          "x.s:14:8: channel: got an unknown field, must be a field of this line; did you mean "
          "channels?",
          "x.s:14:27: width: got the field again, must be given once: it is there in x.s:14:19",
          "x.s:15:9: tensor: got x, must be the number of a tensor",
          "x.s:18:3: opcode: got load_activation, must be end, load_activations, load_weights, "
          "store_activations, preload, matmul, requantize, pool or elementwise; did you mean "
          "load_activations?"));
}

// A second image has tensors of the same names, one image has not.
TEST(AssemblerTest, NamesOfTensors) {
  const std::string text =
      replaced(kByHand, "address=32\n", "address=32\n  \"in\" channels=16 width=2 address=64\n");
  EXPECT_THAT(errors_of(text, on_small_hardware()),
              Contains("x.s:15: name: got in again, must be a name of its own: line 14 has it"));
  const std::string two = text_of(test::two_images_program());
  EXPECT_THAT(errors_of(two), ElementsAre());
}

TEST(AssemblerTest, Instructions) {
  const std::string text = text_of(test::pipeline_program(1));
  const auto refused = [&](const std::string& old, const std::string& with) {
    const auto errors = errors_of(replaced(text, old, with));
    return errors.size() == 1 ? errors[0].substr(errors[0].find(": ") + 2)
                              : std::to_string(errors.size()) + " errors";
  };
  EXPECT_EQ(refused(" matmul start_from_bias=yes", " matmul start_from_bias=maybe"),
            "start_from_bias: got maybe, must be no or yes");
  EXPECT_EQ(refused(" columns=4 k_end=8 in_width", " columns=65536 k_end=8 in_width"),
            "columns: got 65536, must be an integer from 0 to 65535");
  EXPECT_EQ(refused("mac_array matmul", "mac_aray matmul"),
            "unit: got mac_aray, must be mac_array, the unit of matmul, or left out");
  EXPECT_EQ(refused("wait=mac_array_to_dma_in", "wait=mac_array_to_dma_inn"),
            "wait: got mac_array_to_dma_inn, must be the name of a semaphore; did you mean "
            "mac_array_to_dma_in?");
  EXPECT_EQ(refused("wait=mac_array_to_dma_in", "wait=3,mac_array_to_dma_in"),
            "wait: got mac_array_to_dma_in again, must be every semaphore once");
  EXPECT_EQ(refused("wait=mac_array_to_dma_in", "wait=32"),
            "wait: got 32, must be the name of a semaphore");
  EXPECT_EQ(refused("  end\n", "  vector end\n"),
            "unit: got vector, must be nothing in front of end");
  EXPECT_EQ(refused(".tile 0 0", ".tile 0"), ".tile: got 1 numbers, must be two: .tile LAYER TILE");
  EXPECT_EQ(refused(".tile 0 0", ".tile 0 -1"),
            "tile: got -1, must be an integer from 0 to 4294967295");
  EXPECT_EQ(refused("  end\n", "  end now\n"),
            "opcode: got now, must be end, load_activations, load_weights, store_activations, "
            "preload, matmul, requantize, pool or elementwise");
}

TEST(AssemblerTest, Sections) {
  const std::string text = by_hand();
  EXPECT_THAT(errors_of("", on_small_hardware()), testing::SizeIs(8));
  EXPECT_THAT(errors_of(text), ElementsAre("x.s: .hardware: got nothing, must be a section of the "
                                           "text"));
  EXPECT_THAT(errors_of(replaced(text, ".layers", ".layer"), on_small_hardware()),
              ElementsAre("x.s: .layers: got nothing, must be a section of the text",
                          "x.s:11:1: section: got .layer, must be .program, .hardware, "
                          ".semaphores, .tensors, .inputs, .outputs, .layers, .dram or "
                          ".instructions; did you mean .layers?"));
  EXPECT_THAT(errors_of(text + ".inputs 0\n", on_small_hardware()),
              ElementsAre(HasSubstr("x.s:20:1: .inputs: got the section again, must be there once: "
                                    "it is in line 15")));
  EXPECT_THAT(errors_of("matmul\n" + text, on_small_hardware()),
              ElementsAre("x.s:1:1: text: got matmul, must be in a section: the first line is "
                          ".program"));
  EXPECT_THAT(errors_of(text_of(test::pipeline_program(1)), on_small_hardware()),
              ElementsAre(HasSubstr(".hardware: got a section beside another hardware")));
}

TEST(AssemblerTest, Hardware) {
  const std::string text = text_of(test::pipeline_program(1));
  const auto refused = [&](const std::string& old, const std::string& with) {
    return errors_of(replaced(text, old, with));
  };
  EXPECT_THAT(refused("mac_array.rows=4", "mac_array.row=4"),
              ElementsAre(HasSubstr("mac_array.rows: got nothing, must be an integer from"),
                          HasSubstr("mac_array.row: got an unknown field, must be a field of this "
                                    "line; did you mean mac_array.rows?")));
  EXPECT_THAT(refused("mac_array.rows=4", "mac_array.rows=0"),
              ElementsAre(HasSubstr("mac_array.rows: got 0, must be an integer from 1")));
  EXPECT_THAT(refused("mac_array.rows=4", "mac_array.rows=4,4"),
              ElementsAre(HasSubstr("mac_array.rows: got no single value")));
  EXPECT_THAT(refused("requantization.placement=", "requantization.placement=x"),
              ElementsAre(HasSubstr("requantization.placement: got x")));
  EXPECT_THAT(refused(".hardware \"small\"", ".hardware \"sm all\""),
              ElementsAre(HasSubstr(": hardware: name: got sm all, must be a name of letters")));
}

TEST(AssemblerTest, StringsAndWords) {
  const auto refused = [&](const std::string& name) {
    return errors_of(replaced(by_hand(), "\"by hand\"", name), on_small_hardware());
  };
  EXPECT_THAT(refused("\"by"),
              ElementsAre(testing::_,
                          "x.s:2:10: string: got no end of it, must be ended by '\"' in its "
                          "line"));
  EXPECT_THAT(refused("\"b\\y\""),
              ElementsAre(testing::_, HasSubstr("x.s:2:12: string: got \\y\" , must be \\x and two "
                                                "hexadecimal digits behind a backslash")));
  EXPECT_THAT(refused("\"a\" scheme="),
              ElementsAre("x.s:2:24: scheme: got nothing behind '=', must be a value"));
  EXPECT_THAT(refused("\"a\" scheme=a"),
              ElementsAre("x.s:2:21: scheme: got a, must be a text in double quotes"));
  EXPECT_THAT(refused("\"a\" mean=1,2"),
              ElementsAre("x.s:2:14: mean: got 2 values, must be 3, with commas in between"));
  EXPECT_THAT(refused("\"a\" mean=1,2,x"), ElementsAre("x.s:2:23: mean: got x, must be a number"));
  EXPECT_THAT(refused("\"a\" weight_bits=9"),
              ElementsAre("x.s:2:26: weight_bits: got 9, must be an integer from 2 to 8"));
  EXPECT_THAT(refused("\"a\" mean"),
              ElementsAre("x.s:2:14: mean: got 0 values, must be 3, with commas in between"));
  EXPECT_THAT(refused("=1"), ElementsAre(testing::_,
                                         "x.s:2:1: .program: got a field, must be a "
                                         "section, which has no value"));
}

TEST(AssemblerTest, WhatVerifyFindsNamesTheLine) {
  const std::string text = text_of(test::pipeline_program(1));
  const std::string bad =
      replaced(text, "load_activations ", "load_activations local_address=0x3ff ");
  const std::size_t line =
      1 + static_cast<std::size_t>(std::count(
              bad.begin(), bad.begin() + static_cast<std::ptrdiff_t>(bad.find("=0x3ff")), '\n'));
  EXPECT_THAT(errors_of(bad), ElementsAre(StartsWith("x.s:" + std::to_string(line) +
                                                     ": instruction 0 (dma_in load_activations")));
  EXPECT_THAT(errors_of(replaced(by_hand(), "channels=16", "channels=0"), on_small_hardware()),
              ElementsAre(StartsWith("x.s:14: tensor 0 'in': channels: got 0")));
  EXPECT_THAT(errors_of(replaced(by_hand(), "  end\n", ""), on_small_hardware()),
              ElementsAre(StartsWith("x.s: instructions: first 'end': got none")));
}

// What a fuzzer does, in small: any damage is refused or means something, and comes back then.
TEST(AssemblerTest, DamagedTextsAreRefusedOrComeBack) {
  std::mt19937_64 random(8);
  const std::string text = text_of(test::pipeline_program(1));
  int accepted = 0;
  for (int i = 0; i < 1500; ++i) {
    std::string damaged = text;
    for (std::uint64_t change = 0; change < 1 + random() % 3; ++change) {
      const std::size_t at = random() % damaged.size();
      switch (random() % 4) {
        case 0:
          damaged[at] = static_cast<char>(random() % 256);
          break;
        case 1:
          damaged.erase(at, 1 + random() % 20);
          break;
        case 2:
          damaged.insert(at, damaged.substr(random() % damaged.size(), random() % 40));
          break;
        default:
          damaged[at] = "0919=,\"; .:\nxX-"[random() % 14];
      }
    }
    try {
      const Program program = assemble(damaged, "x.s");
      const std::vector<std::uint8_t> bytes = serialize(program);
      ASSERT_EQ(serialize(deserialize(bytes.data(), bytes.size(), "x.npu")), bytes);
      ASSERT_EQ(serialize(assemble(text_of(program), "x.s")), bytes);
      ++accepted;
    } catch (const base::InputError& error) {
      for (const std::string& message : error.messages()) {
        ASSERT_THAT(message, StartsWith("x.s"));
      }
      ASSERT_LE(error.messages().size(), 101U);
    }
  }
  EXPECT_GT(accepted, 50);  // comments and names may be anything
  EXPECT_LT(accepted, 1400);
}

TEST(AssemblerTest, NoMoreErrorsThanOneReads) {
  std::string text = by_hand();
  for (int i = 0; i < 1000; ++i) text += "  nothing\n";
  const auto errors = errors_of(text, on_small_hardware());
  ASSERT_EQ(errors.size(), 101U);
  EXPECT_EQ(errors.back(), "x.s: more may be wrong: this is the first 100");
}

}  // namespace
}  // namespace npusim::isa
