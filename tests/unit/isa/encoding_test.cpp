// SPDX-License-Identifier: Apache-2.0
#include "sim/isa/encoding.h"

#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <sstream>

#include "sim/base/errors.h"
#include "sim/isa/fields.h"
#include "tests/support/support.h"

namespace npusim::isa {
namespace {

/// Gives every field a random value.
class RandomFields {
 public:
  explicit RandomFields(std::mt19937_64& random) : random_(random) {}
  template <typename T, std::size_t N>
  void flag(const char*, unsigned, T& value, const std::array<const char*, N>&) {
    value = static_cast<T>(random_() % N);
  }
  template <typename T>
  void number(const char*, int, T& value) {
    value = static_cast<T>(random_());
  }
  template <typename T>
  void address(const char*, int, T& value) {
    value = static_cast<T>(random_());
  }

 private:
  std::mt19937_64& random_;
};

/// How many fields lie on each byte and flag bit; also the rows of the page.
class Coverage {
 public:
  template <typename T, std::size_t N>
  void flag(const char* name, unsigned mask, T, const std::array<const char*, N>& names) {
    std::size_t bits = 0;
    rows << "| " << name << " | 1, bit";
    for (std::size_t bit = 0; bit < 8; ++bit) {
      if ((mask >> bit & 1) == 0) continue;
      rows << (bits == 0 ? " " : ", ") << bit;
      ++flags.at(bit);
      ++bits;
    }
    EXPECT_LE(N, std::size_t{1} << bits) << name;
    rows << " |";
    for (std::size_t i = 0; i < N; ++i) rows << (i == 0 ? " " : ", ") << i << " " << names[i];
    rows << " |\n";
  }
  template <typename T>
  void number(const char* name, int offset, T) {
    EXPECT_GE(offset, kPayloadOffset) << name;
    for (std::size_t i = 0; i < sizeof(T); ++i) ++bytes.at(static_cast<std::size_t>(offset) + i);
    rows << "| " << name << " | " << offset << " | " << (std::is_signed_v<T> ? "i" : "u")
         << 8 * sizeof(T) << " |\n";
  }
  template <typename T>
  void address(const char* name, int offset, T value) {
    number(name, offset, value);
  }

  std::array<int, kInstructionBytes> bytes = {};
  std::array<int, 8> flags = {};
  std::ostringstream rows;
};

Coverage coverage_of(Opcode opcode) {
  Coverage coverage;
  std::visit([&](const auto& fields) { visit_fields(fields, coverage); },
             make_instruction(opcode).fields);
  return coverage;
}

Instruction random_instruction(std::mt19937_64& random) {
  Instruction instruction = make_instruction(static_cast<Opcode>(random() % kOpcodes));
  instruction.wait_mask = static_cast<std::uint32_t>(random());
  instruction.post_mask = static_cast<std::uint32_t>(random());
  std::visit([&](auto& fields) { visit_fields(fields, RandomFields(random)); }, instruction.fields);
  return instruction;
}

std::string refusal_of(const InstructionBytes& bytes) {
  try {
    decode(bytes.data());
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(EncodingTest, NoTwoFieldsShareAByte) {
  for (int o = 0; o < kOpcodes; ++o) {
    const Coverage coverage = coverage_of(static_cast<Opcode>(o));
    for (const int fields : coverage.bytes) EXPECT_LE(fields, 1) << "opcode " << o;
    for (const int fields : coverage.flags) EXPECT_LE(fields, 1) << "opcode " << o;
  }
}

TEST(EncodingTest, RandomInstructionsComeBack) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const Instruction instruction = random_instruction(random);
    const InstructionBytes bytes = encode(instruction);
    const Instruction back = decode(bytes.data());
    ASSERT_EQ(back.opcode, instruction.opcode);
    ASSERT_EQ(back.wait_mask, instruction.wait_mask);
    ASSERT_EQ(back.post_mask, instruction.post_mask);
    ASSERT_EQ(encode(back), bytes);
  }
}

TEST(EncodingTest, AcceptedBytesComeBack) {
  std::mt19937_64 random(2);
  int accepted = 0;
  for (int i = 0; i < 200'000; ++i) {
    InstructionBytes bytes = encode(random_instruction(random));
    bytes[random() % bytes.size()] ^= static_cast<std::uint8_t>(1U << random() % 8);
    if (refusal_of(bytes) != "accepted") continue;
    ++accepted;
    ASSERT_EQ(encode(decode(bytes.data())), bytes);
  }
  EXPECT_GT(accepted, 50'000);
}

TEST(EncodingTest, BytesAreWhereThePageSays) {
  Matmul matmul;
  matmul.mode = ArrayMode::depthwise;
  matmul.start_from_bias = true;
  matmul.first_pixel = 0x01020304;
  matmul.pad_top = -2;
  const InstructionBytes bytes = encode({Opcode::matmul, 0x8000000cU, 0x30U, matmul});
  EXPECT_EQ(bytes[0], 5);
  EXPECT_EQ(bytes[1], 3);
  EXPECT_EQ(bytes[4], 0x0c);
  EXPECT_EQ(bytes[7], 0x80);
  EXPECT_EQ(bytes[8], 0x30);
  EXPECT_EQ(bytes[16], 4);
  EXPECT_EQ(bytes[19], 1);
  EXPECT_EQ(bytes[58], 0xfe);
}

TEST(EncodingTest, RefusesUnknownOpcodes) {
  InstructionBytes bytes = encode(make_instruction(Opcode::end));
  for (int opcode = kOpcodes; opcode < 256; ++opcode) {
    bytes[0] = static_cast<std::uint8_t>(opcode);
    EXPECT_EQ(refusal_of(bytes), "opcode: got " + std::to_string(opcode) + ", must be at most 8");
  }
}

TEST(EncodingTest, RefusesEveryReservedByteAndBit) {
  for (int o = 0; o < kOpcodes; ++o) {
    const Coverage coverage = coverage_of(static_cast<Opcode>(o));
    const InstructionBytes good = encode(make_instruction(static_cast<Opcode>(o)));
    for (std::size_t i = 2; i < good.size(); ++i) {
      if ((i >= 4 && i < kPayloadOffset) || coverage.bytes[i] > 0) continue;
      InstructionBytes bytes = good;
      bytes[i] = 7;
      EXPECT_EQ(refusal_of(bytes), "reserved byte " + std::to_string(i) + ": got 7, must be 0");
    }
    for (std::size_t bit = 0; bit < 8; ++bit) {
      InstructionBytes bytes = good;
      bytes[1] = static_cast<std::uint8_t>(bytes[1] ^ 1U << bit);
      EXPECT_EQ(refusal_of(bytes) == "accepted", coverage.flags[bit] > 0) << o << " bit " << bit;
    }
  }
}

TEST(EncodingTest, RefusesFieldsOfAnotherOpcode) {
  const Instruction wrong = {Opcode::matmul, 0, 0, Pool{}};
  EXPECT_FALSE(fields_match_opcode(wrong));
  EXPECT_THROW(encode(wrong), base::InternalError);
}

TEST(EncodingTest, ThePageHasTheTable) {
  std::ifstream file(test::source_dir() / "docs" / "program-file.md");
  std::ostringstream page;
  page << file.rdbuf();
  for (int o = 1; o < kOpcodes; ++o) {
    const std::string rows = coverage_of(static_cast<Opcode>(o)).rows.str();
    EXPECT_NE(page.str().find("| --- | --- | --- |\n" + rows), std::string::npos)
        << "docs/program-file.md lacks or misstates, for opcode " << o << ":\n"
        << rows;
    EXPECT_NE(page.str().find("`" + std::string(opcode_name(static_cast<Opcode>(o))) + "`"),
              std::string::npos);
  }
}

}  // namespace
}  // namespace npusim::isa
