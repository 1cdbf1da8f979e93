// SPDX-License-Identifier: Apache-2.0
#include "sim/config/hardware_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/config/hardware_fields.h"
#include "tests/support/support.h"

namespace npusim::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::filesystem::path shipped(const std::string& name) {
  return test::source_dir() / "configs" / name;
}
std::string default_text() { return base::read_file_text(shipped("npu_32x32.yaml")); }

/// The text with the first `from` replaced.
std::string changed(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

template <typename Action>
std::vector<std::string> messages_of(Action action) {
  try {
    action();
  } catch (const base::InputError& error) {
    return error.messages();
  }
  return {};
}

std::vector<std::string> messages_of_yaml(const std::string& text,
                                          const std::vector<Override>& overrides = {}) {
  return messages_of([&] { hardware_from_yaml(text, "f.yaml", overrides); });
}

Override set(const std::string& key, const std::string& value) {
  return {"--set hardware." + key, key, value};
}

TEST(HardwareReaderTest, ReadsTheShippedFiles) {
  const HardwareConfig big = read_hardware_config(shipped("npu_32x32.yaml"));
  EXPECT_EQ(big.name, "npu_32x32");
  EXPECT_EQ(big.peak_macs_per_second(), 1'024'000'000'000);
  EXPECT_EQ(big.dram.bandwidth_bytes_per_second, 12'800'000'000);
  EXPECT_EQ(big.activation_scratchpad.bytes, 1024 * 1024);
  EXPECT_TRUE(big.mac_array.overlap_weight_load);
  EXPECT_EQ(big.requantization.placement, ShifterPlacement::fused);
  const HardwareConfig edge = read_hardware_config(shipped("npu_16x16_edge.yaml"));
  EXPECT_EQ(edge.peak_macs_per_second(), 128'000'000'000);
  EXPECT_NE(config_hash(big), config_hash(edge));
}

TEST(HardwareReaderTest, ShippedFilesNameThemselves) {
  for (const auto& entry : std::filesystem::directory_iterator(test::source_dir() / "configs")) {
    if (entry.path().extension() != ".yaml") continue;
    EXPECT_EQ(read_hardware_config(entry.path()).name, entry.path().stem().string());
  }
}

/// What puts the field in force in the default file, where it is not.
std::vector<Override> in_force(const std::string& key) {
  const auto starts = [&](const char* text) { return key.rfind(text, 0) == 0; };
  if (starts("dram.timing") || key == "dram.model") {
    return {set("dram.part", shipped("dram/ddr4_2400.yaml").string())};
  }
  for (const char* scratchpad : {"activation_scratchpad", "weight_scratchpad"}) {
    const std::string unit = scratchpad;
    if (key == unit + ".protected_word_bits") return {set(unit + ".protection", "parity")};
  }
  if (!starts("dram.other_masters.")) return {};
  return {set("dram.other_masters.share_percent", "1"),
          set("dram.other_masters.pattern", "bursty")};
}

/// A value other than that of `base` which fits the rest of it.
std::int64_t other_value(const HardwareField& field, const HardwareConfig& base) {
  static const std::map<std::string, std::int64_t> kFitting = {
      {"activation_scratchpad.bytes", 2048},
      {"dram.timing.row_bytes", 4096},
      {"dram.timing.burst_cycles", 3},
      {"dram.timing.ccd_cycles", 5},
      {"dram.timing.rp_ns", 1},
      {"dram.timing.rcd_ns", 1},
      {"dram.timing.ras_ns", 50'000},
      {"dram.timing.rrd_ns", 1},
      {"dram.timing.faw_ns", 50'000},
      {"dram.timing.rfc_ns", 1},
      {"dram.timing.interleave_bytes", 512}};
  const auto fitting = kFitting.find(field.key);
  if (fitting != kFitting.end()) return fitting->second;
  return field.get(base) == field.rule.least ? field.rule.greatest : field.rule.least;
}

TEST(HardwareReaderTest, EveryFieldReachesItsMember) {
  for (const HardwareField& field : hardware_fields()) {
    std::vector<Override> overrides = in_force(field.key);
    const HardwareConfig base = hardware_from_yaml(default_text(), "f.yaml", overrides);
    if (field.rule.least == field.rule.greatest) continue;
    HardwareConfig expected = base;
    field.set(expected, other_value(field, base));
    overrides.push_back(set(field.key, field_text(field, expected)));
    const HardwareConfig got = hardware_from_yaml(default_text(), "f.yaml", overrides);
    EXPECT_EQ(field.get(got), field.get(expected)) << field.key;
    EXPECT_EQ(program_dependent_text(got), program_dependent_text(expected)) << field.key;
    EXPECT_EQ(timing_only_text(got), timing_only_text(expected)) << field.key;
    EXPECT_NE(config_hash(got), config_hash(base)) << field.key;
    EXPECT_THAT(program_dependent_differences(base, got), SizeIs(field.program_dependent ? 1 : 0))
        << field.key;
  }
}

TEST(HardwareReaderTest, EveryFieldRefusesValuesJustOutOfRange) {
  for (const HardwareField& field : hardware_fields()) {
    if (!field.choices.empty()) {
      std::vector<Override> overrides = in_force(field.key);
      overrides.push_back(set(field.key, "maybe"));
      EXPECT_THAT(messages_of_yaml(default_text(), overrides),
                  testing::Contains("--set hardware." + std::string(field.key) +
                                    ": got maybe, must be " + must_be(field)));
      continue;
    }
    for (const std::int64_t value : {field.rule.least - 1, field.rule.greatest + 1}) {
      std::vector<Override> overrides = in_force(field.key);
      overrides.push_back(set(field.key, std::to_string(value)));
      EXPECT_THAT(messages_of_yaml(default_text(), overrides),
                  ElementsAre("--set hardware." + std::string(field.key) + ": got " +
                              std::to_string(value) + ", must be " + field.rule.text()));
    }
  }
}

TEST(HardwareReaderTest, EveryMissingKeyIsAnError) {
  EXPECT_THAT(
      messages_of_yaml("name: x\nclock_hz: 1000000000\n"),
      ElementsAre("f.yaml:1:1: command_processor: got nothing, must be a mapping (key: value)",
                  "f.yaml:1:1: queue_depths: got nothing, must be a mapping (key: value)",
                  "f.yaml:1:1: dma: got nothing, must be a mapping (key: value)",
                  "f.yaml:1:1: dram: got nothing, must be a mapping (key: value)",
                  "f.yaml:1:1: activation_scratchpad: got nothing, must be a mapping (key: value)",
                  "f.yaml:1:1: weight_scratchpad: got nothing, must be a mapping (key: value)",
                  "f.yaml:1:1: feeder: got nothing, must be a mapping (key: value)",
                  "f.yaml:1:1: mac_array: got nothing, must be a mapping (key: value)",
                  "f.yaml:1:1: requantization: got nothing, must be a mapping (key: value)",
                  "f.yaml:1:1: vector_unit: got nothing, must be a mapping (key: value)"));
  EXPECT_THAT(
      messages_of_yaml(changed(default_text(), "  columns: 32 ", "  # columns: 32 ")),
      ElementsAre(
          "f.yaml:43:3: mac_array.columns: got nothing, must be an integer from 1 to 4096"));
}

TEST(HardwareReaderTest, UnknownKeysNameTheNearest) {
  EXPECT_THAT(
      messages_of_yaml(changed(default_text(), "  columns: 32 ", "  colums: 32 ")),
      ElementsAre(
          "f.yaml:43:3: mac_array.columns: got nothing, must be an integer from 1 to 4096",
          testing::AllOf(testing::StartsWith("f.yaml:44:3: mac_array.colums: got an unknown key"),
                         testing::EndsWith("did you mean columns?"))));
  EXPECT_THAT(messages_of_yaml(default_text(), {set("mac_aray.rows", "16")}),
              ElementsAre(HasSubstr("--set hardware.mac_aray.rows: got an unknown key")));
}

TEST(HardwareReaderTest, ValuesMustFitEachOther) {
  EXPECT_THAT(
      messages_of_yaml(default_text(), {set("activation_scratchpad.bytes", "1000")}),
      ElementsAre("--set hardware.activation_scratchpad.bytes: got 1000, must be a multiple of "
                  "activation_scratchpad.bank_word_bytes (16)"));
  HardwareConfig hardware;
  EXPECT_NO_THROW(check_hardware(hardware));
  hardware.activation_scratchpad.bytes = 1000;
  EXPECT_THAT(messages_of([&] { check_hardware(hardware); }), SizeIs(1));
  hardware.mac_array.rows = 0;
  hardware.dma.burst_bytes = 48;
  EXPECT_THAT(
      messages_of([&] { check_hardware(hardware); }),
      ElementsAre(testing::StartsWith("hardware: dma.burst_bytes: got 48, must be a power of two"),
                  "hardware: mac_array.rows: got 0, must be an integer from 1 to 4096"));
}

TEST(HardwareReaderTest, AProtectedWordLiesInABanksWord) {
  const Override narrow = set("activation_scratchpad.bank_word_bytes", "4");
  const Override secded = set("activation_scratchpad.protection", "secded");
  EXPECT_THAT(messages_of_yaml(default_text(), {narrow}), IsEmpty());
  EXPECT_THAT(messages_of_yaml(default_text(), {narrow, secded}),
              ElementsAre("--set hardware.activation_scratchpad.bank_word_bytes: got 4, must be at "
                          "least 8, the bytes of activation_scratchpad.protected_word_bits (64)"));
  const Override fits = set("activation_scratchpad.protected_word_bits", "32");
  EXPECT_THAT(messages_of_yaml(default_text(), {narrow, secded, fits}), IsEmpty());
  EXPECT_THAT(messages_of_yaml(default_text(), {set("weight_scratchpad.protection", "parity"),
                                                set("mac_array.columns", "3")}),
              IsEmpty());
}

TEST(HardwareReaderTest, NamesAreNames) {
  EXPECT_THAT(
      messages_of_yaml(changed(default_text(), "name: npu_32x32", "name: ../x y")),
      ElementsAre(testing::StartsWith("f.yaml:3:7: name: got ../x y, must be a name of letters")));
  EXPECT_THAT(
      messages_of_yaml(changed(default_text(), "name: npu_32x32", "name:")),
      ElementsAre(testing::StartsWith("f.yaml:3:1: name: got null, must be a name of letters")));
}

TEST(HardwareReaderTest, FilesThatCannotBeReadAreNamed) {
  const test::TempFolder folder;
  EXPECT_THAT(messages_of([&] { read_hardware_config(folder / "no.yaml"); }),
              ElementsAre(HasSubstr("no.yaml: cannot read: No such file")));
  EXPECT_THAT(messages_of([&] { read_hardware_config(folder.path()); }),
              ElementsAre(HasSubstr("Is a directory")));
  base::write_file_whole(folder / "empty.yaml", "");
  EXPECT_THAT(messages_of([&] { read_hardware_config(folder / "empty.yaml"); }),
              testing::Not(IsEmpty()));
}

TEST(CanonicalTextTest, ReadsBackExactly) {
  const HardwareConfig hardware = read_hardware_config(shipped("npu_16x16_edge.yaml"));
  const std::string program = program_dependent_text(hardware);
  const std::string timing = timing_only_text(hardware);
  const HardwareConfig back = hardware_from_text(hardware.name, program, timing);
  EXPECT_EQ(back.name, hardware.name);
  EXPECT_EQ(program_dependent_text(back), program);
  EXPECT_EQ(timing_only_text(back), timing);
  EXPECT_EQ(config_hash(back), config_hash(hardware));
}

TEST(CanonicalTextTest, HashIsPinned) {
  // Changes when a key is added, renamed or moved: then every recorded report changes too.
  EXPECT_EQ(config_hash(HardwareConfig()), "7abb2784a49b5b48");
}

// Programs and reports from before the key mean the same with it.
TEST(CanonicalTextTest, AKeyThatMayBeMissingIsThereOnlyWhereItSaysMore) {
  const std::string without = changed(default_text(), "  accumulator: guaranteed ", "  # ");
  HardwareConfig hardware = hardware_from_yaml(without, "f.yaml");
  EXPECT_EQ(hardware.mac_array.accumulator, AccumulatorOverflow::guaranteed);
  EXPECT_EQ(config_hash(hardware), config_hash(hardware_from_yaml(default_text(), "f.yaml")));
  EXPECT_EQ(program_dependent_text(hardware).find("mac_array.accumulator:"), std::string::npos);

  hardware.mac_array.accumulator = AccumulatorOverflow::wrap;
  const std::string program = program_dependent_text(hardware);
  const std::string timing = timing_only_text(hardware);
  EXPECT_THAT(program, HasSubstr("mac_array.accumulator: wrap\n"));
  EXPECT_EQ(hardware_from_text("x", program, timing).mac_array.accumulator,
            AccumulatorOverflow::wrap);
  EXPECT_THAT(messages_of([&] {
                hardware_from_text(
                    "x", changed(program, "accumulator: wrap", "accumulator: guaranteed"), timing);
              }),
              ElementsAre("hardware: mac_array.accumulator: got guaranteed, must be left out where "
                          "it is that"));
}

// Without protection the bits of a word change nothing, and no text has them.
TEST(CanonicalTextTest, ProtectionIsTimingOnly) {
  HardwareConfig hardware;
  const std::string program = program_dependent_text(hardware);
  const std::string timing = timing_only_text(hardware);
  hardware.weight_scratchpad.protected_word_bits = 32;
  EXPECT_EQ(timing_only_text(hardware), timing);
  hardware.weight_scratchpad.protection = Protection::secded;
  EXPECT_EQ(program_dependent_text(hardware), program);
  EXPECT_THAT(timing_only_text(hardware), HasSubstr("weight_scratchpad.protection: secded\n"
                                                    "weight_scratchpad.protected_word_bits: 32\n"));
  const HardwareConfig back = hardware_from_text("x", program, timing_only_text(hardware));
  EXPECT_EQ(back.weight_scratchpad.protection, Protection::secded);
  EXPECT_EQ(back.weight_scratchpad.protected_word_bits, 32);
}

TEST(CanonicalTextTest, RefusesDamagedTexts) {
  const HardwareConfig hardware;
  const std::string program = program_dependent_text(hardware);
  const std::string timing = timing_only_text(hardware);
  const auto read = [&](const std::string& p, const std::string& t) {
    return messages_of([&] { hardware_from_text("x", p, t); });
  };
  EXPECT_THAT(read(program, timing), IsEmpty());
  EXPECT_THAT(read(program + "more: 1\n", timing), SizeIs(1));
  EXPECT_THAT(read("", timing), SizeIs(1));
  EXPECT_THAT(read(program, timing.substr(0, timing.size() - 1)), SizeIs(1));
  EXPECT_THAT(read(changed(program, "mac_array.rows: 32", "mac_array.rows: 0"), timing),
              ElementsAre("hardware: mac_array.rows: got 0, must be an integer from 1 to 4096"));
  EXPECT_THAT(read(changed(program, "mac_array.rows: 32", "mac_array.rows: 032"), timing),
              SizeIs(1));
  EXPECT_THAT(
      read(changed(program, "placement: fused", "placement: sideways"), timing),
      ElementsAre(
          "hardware: requantization.placement: got sideways, must be fused or pre_multiply"));
  EXPECT_THAT(messages_of([&] { hardware_from_text("a/b", program, timing); }), SizeIs(1));
}

TEST(CanonicalTextTest, DifferencesNameKeyAndBothValues) {
  const HardwareConfig program;
  HardwareConfig other;
  other.mac_array.rows = 16;
  other.clock_hz = 2'000'000'000;
  EXPECT_THAT(
      program_dependent_differences(program, other),
      ElementsAre("mac_array.rows: got 16, must be 32, which the Program was compiled for"));
}

}  // namespace
}  // namespace npusim::config
