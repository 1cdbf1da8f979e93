// SPDX-License-Identifier: Apache-2.0
#include "sim/isa/program_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <xxhash.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <random>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/isa/settings.h"
#include "tests/support/support.h"
#include "tests/unit/isa/sample_programs.h"

namespace npusim::isa {
namespace {

using testing::HasSubstr;
using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kTableOffset = 32;
constexpr std::size_t kEntryBytes = 24;

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "accepted";
}

std::string refusal_of(const Bytes& bytes) {
  return message_of([&] { deserialize(bytes.data(), bytes.size(), "x.npu"); });
}

/// Makes size and checksum right again after a change, so that the change itself is met.
Bytes sealed(Bytes bytes) {
  const auto put = [&](std::size_t at, std::uint64_t value) {
    for (std::size_t i = 0; i < 8; ++i) bytes[at + i] = static_cast<std::uint8_t>(value >> 8 * i);
  };
  put(16, bytes.size());
  put(24, XXH64(bytes.data() + kTableOffset, bytes.size() - kTableOffset, 0));
  return bytes;
}

const Bytes& sample() {
  static const Bytes bytes = serialize(test::pipeline_program(3));
  return bytes;
}

SectionInfo section(const std::string& name) {
  for (const SectionInfo& info : list_sections(sample().data(), sample().size(), "x.npu")) {
    if (info.name == name) return info;
  }
  throw std::runtime_error("no section " + name);
}

/// The sample with one byte of a section changed.
Bytes damaged(const std::string& name, std::size_t at, std::uint8_t value) {
  Bytes bytes = sample();
  bytes.at(section(name).offset + at) = value;
  return sealed(bytes);
}

TEST(ProgramFileTest, EveryPartComesBack) {
  Program program = test::pipeline_program(3);
  program.hardware.name = "an-npu_1.5";
  program.hardware.clock_hz = 700'000'000;
  program.hardware.mac_array.overlap_weight_load = false;
  program.tensors[0].scale = 0.1;
  program.tensors[0].zero_point = -17;
  program.tensors[1].type = DataType::int8;
  program.metadata.bias_correction = true;
  program.metadata.preprocessing = {224, 256, 200, {1.5, 2.5, 3.5}, {4.5, 5.5, 6.5}};
  program.layers[1].name = "a \"name\" \xc3\xa9\n";
  program.layers[1].requant_bytes = 5;
  program.layers[1].channel_shift_bytes = 6;
  const Bytes bytes = serialize(program);
  const Program back = deserialize(bytes.data(), bytes.size(), "x.npu");
  EXPECT_EQ(serialize(back), bytes);

  EXPECT_EQ(back.hardware.name, program.hardware.name);
  EXPECT_EQ(config::config_hash(back.hardware), config::config_hash(program.hardware));
  EXPECT_EQ(back.hardware.clock_hz, 700'000'000);
  EXPECT_FALSE(back.hardware.mac_array.overlap_weight_load);
  EXPECT_EQ(back.instructions.size(), program.instructions.size());
  EXPECT_EQ(back.origins[7].tile, program.origins[7].tile);
  EXPECT_EQ(back.semaphores[5].name, program.semaphores[5].name);
  EXPECT_EQ(back.semaphores[5].waiter, program.semaphores[5].waiter);
  EXPECT_EQ(back.semaphores[5].initial, program.semaphores[5].initial);
  EXPECT_EQ(back.dram_image, program.dram_image);
  EXPECT_EQ(back.dram_bytes, program.dram_bytes);
  EXPECT_EQ(back.tensors[0].name, "input");
  EXPECT_EQ(back.tensors[0].scale, 0.1);
  EXPECT_EQ(back.tensors[0].zero_point, -17);
  EXPECT_EQ(back.tensors[1].complete_after, program.tensors[1].complete_after);
  EXPECT_EQ(back.inputs, program.inputs);
  EXPECT_EQ(back.outputs, program.outputs);
  EXPECT_EQ(back.layers[0].macs, program.layers[0].macs);
  EXPECT_EQ(back.layers[1].name, program.layers[1].name);
  EXPECT_EQ(back.layers[1].kind, "concat");
  EXPECT_EQ(back.layers[1].channel_shift_bytes, 6);
  EXPECT_EQ(back.metadata.rule, "floor");
  EXPECT_TRUE(back.metadata.bias_correction);
  EXPECT_EQ(back.metadata.preprocessing.center_crop, 200);
  EXPECT_EQ(back.metadata.preprocessing.scale[2], 6.5);
  EXPECT_EQ(back.activation_peak_bytes, program.activation_peak_bytes);
}

TEST(ProgramFileTest, SettingsStandInTheFileWhereTheyAreUnusual) {
  const Bytes& usual = sample();
  for (const Setting& setting : settings()) {
    if (std::string(setting.name) == "images") continue;  // needs everything so many times
    Program program = test::pipeline_program(3);
    const std::int32_t value = setting.usual == setting.least ? setting.greatest : setting.least;
    setting.set(program.metadata, value);
    const Bytes bytes = serialize(program);
    EXPECT_GT(bytes.size(), usual.size()) << setting.name;
    const Program back = deserialize(bytes.data(), bytes.size(), "x.npu");
    EXPECT_EQ(setting.get(back.metadata), value) << setting.name;
    EXPECT_EQ(serialize(back), bytes);

    // The value is the last four bytes of the section, before its padding.
    Bytes wrong = bytes;
    const std::size_t at =
        std::string(wrong.begin(), wrong.end()).rfind(setting.name) + std::strlen(setting.name);
    wrong.at(at) = static_cast<std::uint8_t>(setting.usual);
    wrong = sealed(wrong);
    EXPECT_THAT(refusal_of(wrong), HasSubstr("not the usual"));
    wrong.at(at - 1) ^= 1;
    wrong = sealed(wrong);
    EXPECT_THAT(refusal_of(wrong), HasSubstr("a known one"));
  }
}

TEST(ProgramFileTest, AReadProgramHasItsImageInTheFile) {
  const test::TempFolder folder;
  const Program program = test::pipeline_program(3);
  write_program(folder / "x.npu", program);
  const base::FileBytes file = base::map_file(folder / "x.npu");
  const Program back = deserialize(file, "x.npu");
  EXPECT_EQ(back.dram_image, program.dram_image);
  EXPECT_GE(back.dram_image.data(), file.data.get());
  EXPECT_LE(back.dram_image.end(), file.data.get() + file.size);
  EXPECT_EQ(serialize(read_program(folder / "x.npu")), serialize(program));
}

TEST(ProgramFileTest, SeveralImagesComeBack) {
  const Program program = test::two_images_program();
  const Bytes bytes = serialize(program);
  const Program back = deserialize(bytes.data(), bytes.size(), "x.npu");
  EXPECT_EQ(back.images(), 2U);
  EXPECT_EQ(back.image_layers(), 2U);
  EXPECT_EQ(back.image_tensors(), 2U);
  EXPECT_EQ(serialize(back), bytes);
}

TEST(ProgramFileTest, BytesDoNotChange) {
  // The format's own golden: another value means another version.
  EXPECT_EQ(sample()[8], kProgramFileVersion);
  EXPECT_EQ(std::string(sample().begin(), sample().begin() + 6), "NPUSIM");
  EXPECT_EQ(sample(), serialize(test::pipeline_program(3)));
}

TEST(ProgramFileTest, WritesAndReadsFiles) {
  const test::TempFolder folder;
  const auto path = folder / "a.npu";
  write_program(path, test::pipeline_program(2));
  EXPECT_EQ(serialize(read_program(path)), base::read_file_bytes(path));
}

TEST(ProgramFileTest, ReadVerifiesAndNamesTheFile) {
  const test::TempFolder folder;
  const auto path = folder / "a.npu";
  Program program = test::pipeline_program(2);
  std::get<Dma>(program.instructions[0].fields).local_address = 1000;
  write_program(path, program);
  EXPECT_THAT(message_of([&] { read_program(path); }),
              testing::StartsWith(path.string() + ": instruction 0 (dma_in load_activations"));
}

TEST(ProgramFileTest, EveryTruncationIsRefused) {
  for (std::size_t size = 0; size < sample().size(); ++size) {
    const Bytes cut(sample().begin(), sample().begin() + static_cast<std::ptrdiff_t>(size));
    const std::string message = refusal_of(cut);
    ASSERT_THAT(message, testing::StartsWith("x.npu: header: ")) << size;
    if (size <= kTableOffset) continue;
    ASSERT_THAT(refusal_of(sealed(cut)), testing::StartsWith("x.npu: section")) << size;
  }
}

TEST(ProgramFileTest, EverySingleFlippedBitIsRefused) {
  Bytes bytes = sample();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      bytes[i] = static_cast<std::uint8_t>(bytes[i] ^ 1U << bit);
      ASSERT_NE(refusal_of(bytes), "accepted") << "byte " << i << " bit " << bit;
      bytes[i] = static_cast<std::uint8_t>(bytes[i] ^ 1U << bit);
    }
  }
}

TEST(ProgramFileTest, DamageBehindARightChecksumIsRefusedOrComesBack) {
  std::mt19937_64 random(6);
  int accepted = 0;
  for (int i = 0; i < 2000; ++i) {
    Bytes bytes = sample();
    const std::uint64_t flips = 1 + random() % 3;
    for (std::uint64_t f = 0; f < flips; ++f) {
      const std::size_t at = kTableOffset + random() % (bytes.size() - kTableOffset);
      bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ 1U << random() % 8);
    }
    bytes = sealed(bytes);
    try {
      const Program program = deserialize(bytes.data(), bytes.size(), "x.npu");
      ASSERT_EQ(serialize(program), bytes);
      ++accepted;
    } catch (const base::InputError& error) {
      ASSERT_THAT(error.what(), testing::StartsWith("x.npu: section"));
    }
  }
  EXPECT_GT(accepted, 200);
  EXPECT_LT(accepted, 1900);
}

TEST(ProgramFileTest, HeaderRefusalsSayWhatIsWrong) {
  Bytes bytes = sample();
  bytes[0] = 'X';
  EXPECT_EQ(refusal_of(bytes),
            "x.npu: header: magic: got other bytes, must be those of a program file ('NPUSIM')");
  bytes = sample();
  bytes[8] = 2;
  EXPECT_EQ(refusal_of(bytes), "x.npu: header: version: got 2, must be 1");
  bytes = sample();
  bytes.push_back(0);
  EXPECT_THAT(refusal_of(bytes), HasSubstr("x.npu: header: file size: got " +
                                           std::to_string(bytes.size()) + " bytes"));
  bytes = sample();
  bytes.back() ^= 1;
  EXPECT_EQ(refusal_of(bytes),
            "x.npu: header: checksum: got damaged contents, must be what was written");
}

TEST(ProgramFileTest, TableRefusals) {
  Bytes bytes = sample();
  bytes[kTableOffset + 2 * kEntryBytes + 8] ^= 8;  // offset of the third section
  EXPECT_THAT(refusal_of(sealed(bytes)), HasSubstr("x.npu: section table: section origins: got"));
  bytes = sample();
  bytes[kTableOffset + 16 + 7] = 0xff;  // a size near 2^64
  EXPECT_THAT(refusal_of(sealed(bytes)), HasSubstr("section table: section hardware: got"));
  bytes = sample();
  bytes.resize(bytes.size() + 8);
  EXPECT_THAT(refusal_of(sealed(bytes)), HasSubstr("section table: file size: got"));
}

TEST(ProgramFileTest, SectionRefusalsNameSectionAndValue) {
  EXPECT_THAT(refusal_of(damaged("instructions", 2 * kInstructionBytes, 77)),
              HasSubstr("x.npu: section instructions: instruction 2: opcode: got 77"));
  EXPECT_THAT(refusal_of(damaged("semaphores", 3, 0xff)),
              HasSubstr("x.npu: section semaphores: semaphores: got 4278190093 records"));
  EXPECT_THAT(refusal_of(damaged("semaphores", 4 + 4 + 11, 9)),
              HasSubstr("x.npu: section semaphores: poster: got 9, must be at most 6"));
  EXPECT_THAT(refusal_of(damaged("tensors", 3, 0x40)),
              HasSubstr("x.npu: section tensors: tensors: got 1073741826 records"));
  EXPECT_THAT(refusal_of(damaged("tensors", 4 + 4 + 5 + 24, 3)),
              HasSubstr("x.npu: section tensors: type: got 3, must be at most 2"));
  EXPECT_THAT(refusal_of(damaged("interface", 0, 200)),
              HasSubstr("x.npu: section interface: inputs: got 200 records"));
  EXPECT_THAT(refusal_of(damaged("layers", 4, 0xff)), HasSubstr("x.npu: section layers: "));
  EXPECT_THAT(refusal_of(damaged("metadata", 0, 0xff)), HasSubstr("x.npu: section metadata: name"));
  EXPECT_THAT(refusal_of(damaged("hardware", 4 + 5 + 8 + 4 + 10, '?')),
              HasSubstr("x.npu: section hardware: program-dependent text: got a text that does not "
                        "have its hash"));
}

/// The sample in narrow codes, its layers quantized in ways of their own.
Program narrow_program() {
  Program program = test::pipeline_program(3);
  program.metadata.weight_bits = 4;
  program.metadata.activation_bits = 6;
  program.tensors[0].code_bits = 6;
  program.tensors.back().code_bits = 5;
  program.layers[0].quantization = LayerQuantization{"per_channel", 0, "octave", false, 3};
  return program;
}

TEST(ProgramFileTest, WidthsAndQuantizationsOfLayersComeBack) {
  const Program program = narrow_program();
  const Bytes bytes = serialize(program);
  const Program back = deserialize(bytes.data(), bytes.size(), "x.npu");
  EXPECT_EQ(serialize(back), bytes);
  EXPECT_EQ(back.metadata.weight_bits, 4);
  EXPECT_EQ(back.metadata.activation_bits, 6);
  for (std::size_t t = 0; t < program.tensors.size(); ++t) {
    EXPECT_EQ(back.tensors[t].code_bits, program.tensors[t].code_bits) << t;
  }
  ASSERT_TRUE(back.layers[0].quantization.has_value());
  EXPECT_EQ(back.layers[0].quantization->scheme, "per_channel");
  EXPECT_EQ(back.layers[0].quantization->rule, "octave");
  EXPECT_FALSE(back.layers[0].quantization->symmetric);
  EXPECT_EQ(back.layers[0].quantization->weight_bits, 3);
  EXPECT_FALSE(back.layers[1].quantization.has_value());
}

// Where nothing is unusual nothing is written; and there is one way to write what is.
TEST(ProgramFileTest, WidthsRefuseWhatWouldBeWrittenOtherwise) {
  const Bytes narrow = serialize(narrow_program());
  const auto sections = list_sections(narrow.data(), narrow.size(), "x.npu");
  const auto end_of = [&](const std::string& name) {
    const auto found = std::find_if(sections.begin(), sections.end(),
                                    [&](const SectionInfo& info) { return info.name == name; });
    return found->offset + found->bytes;
  };
  const auto changed = [&](std::size_t at, std::uint8_t value) {
    Bytes bytes = narrow;
    bytes.at(at) = value;
    return refusal_of(sealed(bytes));
  };
  const std::size_t tensors = end_of("tensors");  // count, (u32 tensor, u8 width) twice
  EXPECT_THAT(changed(tensors - 1, 8), HasSubstr("tensors: width: got 8, must be 4 to 7"));
  EXPECT_THAT(changed(tensors - 1, 3), HasSubstr("tensors: width: got 3, must be 4 to 7"));
  EXPECT_THAT(changed(tensors - 5, 0), HasSubstr("tensor of a width: got 0, must be from 1 up"));
  EXPECT_THAT(changed(tensors - 5, 77), HasSubstr("tensor of a width: got 77"));
  EXPECT_THAT(changed(tensors - 14, 0), HasSubstr("widths: got none, must be left out"));
  EXPECT_THAT(changed(tensors - 14, 9), HasSubstr("widths: got 9 records"));
  const std::size_t layers = end_of("layers");  // ..., bool symmetric, i32 weight bits
  EXPECT_THAT(changed(layers - 5, 2), HasSubstr("layers: symmetric: got 2, must be at most 1"));
  EXPECT_THAT(changed(layers - 4 - 1 - 10 - 4 - 15 - 4, 9),
              HasSubstr("layer of a quantization: got 9, must be from 0 up and below 2"));
}

TEST(ProgramFileTest, ListsItsSections) {
  const auto sections = list_sections(sample().data(), sample().size(), "x.npu");
  ASSERT_EQ(sections.size(), 9U);
  EXPECT_STREQ(sections[1].name, "instructions");
  EXPECT_EQ(sections[1].bytes, test::pipeline_program(3).instructions.size() * 64);
  for (const SectionInfo& info : sections) EXPECT_EQ(info.offset % 8, 0U);
}

}  // namespace
}  // namespace npusim::isa
