// SPDX-License-Identifier: Apache-2.0
#include "sim/config/yaml_writer.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sim/config/hardware_reader.h"
#include "sim/config/hardware_yaml.h"
#include "sim/config/yaml_reader.h"
#include "tests/support/support.h"

namespace npusim::config {
namespace {

YamlNode parsed(const std::string& text) {
  base::ErrorList errors;
  YamlNode node = parse_yaml(text, "f.yaml", errors);
  EXPECT_TRUE(errors.empty()) << text << '\n' << (errors.empty() ? "" : errors.messages()[0]);
  return node;
}

void expect_equal(const YamlNode& a, const YamlNode& b) {
  ASSERT_EQ(a.kind, b.kind);
  EXPECT_EQ(a.text, b.text);
  ASSERT_EQ(a.items.size(), b.items.size());
  ASSERT_EQ(a.entries.size(), b.entries.size());
  for (std::size_t i = 0; i < a.items.size(); ++i) expect_equal(a.items[i], b.items[i]);
  for (std::size_t i = 0; i < a.entries.size(); ++i) {
    EXPECT_EQ(a.entries[i].key, b.entries[i].key);
    expect_equal(a.entries[i].value, b.entries[i].value);
  }
}

TEST(YamlWriterTest, ScalarsReadBackAsTheSameText) {
  for (const char* text :
       {"net.onnx",    "/a/b c.onnx", "null",        "~",     "",        "- x",
        "a: b",        "a #b",        "#",           "*star", "&amp",    "it's \"so\"",
        "back\\slash", "tab\there",   "new\nline",   "123",   "...",     "---",
        "[x]",         "{x}",         "caf\xC3\xA9", "true",  "\x7f",    "a,b",
        "!tag",        "%",           "@",           "`",     " blank ", "x:"}) {
    const YamlNode root = parsed("key: " + yaml_scalar(text) + '\n');
    ASSERT_EQ(root.entries.size(), 1U) << text;
    EXPECT_EQ(root.entries[0].value.kind, YamlNode::Kind::scalar) << text;
    EXPECT_EQ(root.entries[0].value.text, text);
  }
}

TEST(YamlWriterTest, NumbersReadBackAsTheSameBits) {
  for (const double value : {127.5, 0.0, -1e6, 1.0 / 3, 58.395, 1e-7, 123456789.0}) {
    EXPECT_EQ(parse_real(yaml_number(value)), value);
  }
  EXPECT_EQ(yaml_number(127.5), "127.5");
}

TEST(YamlWriterTest, TreesReadBackAndTheirTextIsStable) {
  const std::string text =
      "a: 1\nb: [1, 2, x]\nc: {d: e, f: [1]}\nempty: {}\nnone: []\nnothing: null\nlong:\n"
      "  - {name: one, kernel: [3, 3], stride: 2}\n  - {name: two, text: \"1\", deep: {x: {y: "
      "z}}}\n"
      "  - [[1, 2], [3, {a: [b, c, {d: e}]}]]\n";
  for (const std::size_t columns : {10U, 40U, 100U}) {
    const YamlNode root = parsed(text);
    const std::string written = yaml_text(root, 0, columns);
    const YamlNode again = parsed(written);
    expect_equal(root, again);
    EXPECT_EQ(yaml_text(again, 0, columns), written);
    expect_equal(parsed("key:\n" + yaml_text(root, 2, columns)).entries.at(0).value, root);
  }
}

TEST(YamlWriterTest, NumbersStayNumbersAndTextsStayTexts) {
  EXPECT_EQ(yaml_text(parsed("{a: -1.5e3, b: \"2\", c: 64KiB}")),
            "{a: -1.5e3, b: \"2\", c: 64KiB}\n");
}

TEST(HardwareYamlTest, ReadsBackAsTheSameDescription) {
  for (const auto& entry : std::filesystem::directory_iterator(test::source_dir() / "configs")) {
    if (entry.is_directory()) continue;
    const HardwareConfig hardware = read_hardware_config(entry.path());
    const std::string text = hardware_yaml(hardware);
    const HardwareConfig again = hardware_from_yaml(text, "again.yaml");
    EXPECT_EQ(again.name, hardware.name);
    EXPECT_EQ(config_hash(again), config_hash(hardware));
    EXPECT_EQ(hardware_yaml(again), text);
  }
}

TEST(HardwareYamlTest, EveryValueReadsBack) {
  HardwareConfig hardware;
  hardware.name = "null";
  for (const HardwareField& field : hardware_fields()) {
    for (const std::int64_t value : {field.rule.least, field.rule.greatest}) {
      HardwareConfig changed = hardware;
      if (std::string(field.key).rfind("dram.timing", 0) == 0) continue;  // values of parts: below
      if (std::string(field.key).rfind("dram.other_masters", 0) == 0) {
        changed.dram.other_masters.share_percent = 1;
        changed.dram.other_masters.pattern = OtherMastersPattern::bursty;
      }
      if (std::string(field.key).find(".protected_word_bits") != std::string::npos) {
        changed.activation_scratchpad.protection = Protection::parity;
        changed.weight_scratchpad.protection = Protection::secded;
      }
      field.set(changed, value);
      if (std::string(field.key) == "activation_scratchpad.bank_word_bytes")
        changed.activation_scratchpad.bytes = 1024;
      const HardwareConfig again = hardware_from_yaml(hardware_yaml(changed), "again.yaml");
      EXPECT_EQ(field.get(again), value) << field.key;
      EXPECT_EQ(config_hash(again), config_hash(changed)) << field.key;
    }
  }
}

TEST(HardwareYamlTest, EveryFieldSaysWhatItCountsInOneLine) {
  for (const HardwareField& field : hardware_fields()) {
    EXPECT_NE(std::string(field.meaning), "") << field.key;
    EXPECT_EQ(std::string(field.meaning).find('\n'), std::string::npos) << field.key;
  }
}

TEST(HardwareYamlTest, PeaksOfTheDefaultMachine) {
  const HardwarePeaks peaks =
      hardware_peaks(read_hardware_config(test::source_dir() / "configs/npu_32x32.yaml"));
  EXPECT_EQ(peaks.macs_per_cycle, 1024);
  EXPECT_EQ(peaks.macs_per_second, 1.024e12);
  EXPECT_EQ(peaks.operations_per_second, 2.048e12);
  EXPECT_EQ(peaks.dram_bytes_per_cycle, 12.8);
  EXPECT_EQ(peaks.dram_bytes_per_second, 12.8e9);
  EXPECT_EQ(peaks.balance_macs_per_dram_byte, 80);
}

}  // namespace
}  // namespace npusim::config
