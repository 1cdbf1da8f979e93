// SPDX-License-Identifier: Apache-2.0
// The technology file: what is read, the rules between its points, and what is refused.
#include "sim/energy/technology.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sim/base/errors.h"
#include "tests/support/support.h"

namespace npusim::energy {
namespace {

constexpr char kText[] = R"(name: t
multiply: {source: s, picojoules: [{bits: 8, value: 0.2}, {bits: 32, value: 3.1}]}
add: {source: s, picojoules: [{bits: 8, value: 0.03}, {bits: 32, value: 0.1}]}
register: {source: s, picojoules_per_bit: 0.5}
sram_access:
  source: s
  access_bytes: 8
  picojoules: [{bytes: 4KiB, value: 8}, {bytes: 16KiB, value: 24}]
dram_access: {source: s, access_bytes: 8, picojoules: 1300}
gate: {source: s, square_micrometres: 0.8, leakage_nanowatts: 17}
sram_bit: {source: s, square_micrometres: 0.5}
)";

std::string with(const std::string& old, const std::string& fresh) {
  std::string text = kText;
  return text.replace(text.find(old), old.size(), fresh);
}

std::vector<std::string> errors_of(const std::string& text) {
  try {
    technology_from_yaml(text, "t.yaml");
  } catch (const base::InputError& error) {
    return error.messages();
  }
  return {};
}

TEST(Technology, IsReadFromItsFile) {
  const Technology t = technology_from_yaml(kText, "t.yaml");
  EXPECT_EQ(t.name, "t");
  ASSERT_EQ(t.multiply.size(), 2U);
  EXPECT_EQ(t.multiply[1].at, 32);
  EXPECT_EQ(t.sram[1].at, 16384);
  EXPECT_DOUBLE_EQ(t.dram_byte_picojoules, 162.5);
  EXPECT_DOUBLE_EQ(t.register_bit_picojoules.value_or(0), 0.5);
  EXPECT_DOUBLE_EQ(t.gate_leakage_nanowatts.value_or(0), 17);
  EXPECT_EQ(t.not_counted(), std::vector<std::string>{"leakage of memories"});
}

TEST(Technology, ProductsGoByTheProductOfTheirWidths) {
  const Technology t = technology_from_yaml(kText, "t.yaml");
  EXPECT_DOUBLE_EQ(multiply_picojoules(t, 8, 8), 0.2);
  EXPECT_DOUBLE_EQ(multiply_picojoules(t, 4, 8), 0.1);     // half of the least
  EXPECT_DOUBLE_EQ(multiply_picojoules(t, 17, 32), 1.65);  // 544: between 64 and 1,024
  EXPECT_DOUBLE_EQ(multiply_picojoules(t, 32, 32), 3.1);
  EXPECT_DOUBLE_EQ(multiply_picojoules(t, 64, 32), 6.2);
}

TEST(Technology, SumsGoByBitsAndMemoriesByTheirSide) {
  const Technology t = technology_from_yaml(kText, "t.yaml");
  EXPECT_DOUBLE_EQ(add_picojoules(t, 4), 0.015);
  EXPECT_DOUBLE_EQ(add_picojoules(t, 20), 0.065);
  EXPECT_DOUBLE_EQ(add_picojoules(t, 40), 0.125);
  EXPECT_DOUBLE_EQ(sram_byte_picojoules(t, 1024), 0.5);  // half the side of 4 KiB
  EXPECT_DOUBLE_EQ(sram_byte_picojoules(t, 9216), 2);    // side 96, between 64 and 128
  EXPECT_DOUBLE_EQ(sram_byte_picojoules(t, 65536), 6);   // twice the side of 16 KiB
}

TEST(Technology, EveryErrorIsToldAtOnce) {
  const std::string two_points = "source: s, picojoules: [{bits: 8, value: 0.2}, {bits: 32";
  std::string text = with(two_points, "picojoules: [{bits: 8, value: 0}, {bits: 8");
  const std::string access = "access_bytes: 8, picojoules: 1300";
  text.replace(text.find(access), access.size(), "access_bytes: 0, picojoules: 1300");
  text += "gates: 3\n";
  std::string all;
  for (const std::string& error : errors_of(text)) all += error + '\n';
  for (const char* part :
       {"t.yaml:2:11: multiply.source: got nothing", "multiply.picojoules[0].value: got 0,",
        "multiply.picojoules[1].bits: got 8, must be above the one before, 8",
        "dram_access.access_bytes: got 0,", "t.yaml:12:1: gates: got an unknown key"}) {
    EXPECT_NE(all.find(part), std::string::npos) << part << "\nnot in\n" << all;
  }
  EXPECT_EQ(errors_of(text).size(), 5U);
}

TEST(Technology, ListsMustBeLists) {
  const std::string list = "[{bits: 8, value: 0.03}, {bits: 32, value: 0.1}]";
  EXPECT_EQ(errors_of(with(list, "0.1")).size(), 1U);
  EXPECT_EQ(errors_of(with(list, "[]")).size(), 1U);
  EXPECT_EQ(errors_of(with(list, "[7]")).size(), 1U);
  EXPECT_EQ(errors_of("name: t\n").size(), 6U);
  EXPECT_EQ(errors_of("7\n").size(), 1U);
}

TEST(Technology, ShippedFilesAreRight) {
  for (const std::string name : {"generic_45nm", "generic_7nm", "generic_7nm_hbm2"}) {
    const Technology t =
        read_technology(test::source_dir() / "configs/technology" / (name + ".yaml"));
    EXPECT_EQ(t.name, name);
    EXPECT_LT(multiply_picojoules(t, 8, 8), sram_byte_picojoules(t, 1 << 20)) << name;
    EXPECT_LT(sram_byte_picojoules(t, 1 << 20), t.dram_byte_picojoules) << name;
  }
}

}  // namespace
}  // namespace npusim::energy
