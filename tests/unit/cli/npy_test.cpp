// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/npy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "tests/support/support.h"

namespace npusim::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class NpyTest : public testing::Test {
 protected:
  NpyTensor read(const std::string& bytes) {
    base::write_file_whole(folder_ / "t.npy", bytes);
    return read_npy(folder_ / "t.npy");
  }

  std::string error(const std::string& bytes) {
    try {
      read(bytes);
    } catch (const base::InputError& refusal) {
      return refusal.what();
    }
    return "no error";
  }

  /// A file with this dictionary and these data, unpadded.
  static std::string file(const std::string& dictionary, const std::string& data) {
    std::string bytes("\x93NUMPY\x01\x00", 8);
    bytes += static_cast<char>(dictionary.size() & 255U);
    bytes += static_cast<char>(dictionary.size() >> 8);
    return bytes + dictionary + data;
  }

  test::TempFolder folder_;
};

TEST_F(NpyTest, WritesWhatNumpyWrites) {
  const std::string bytes = npy_bytes({{2, 1, 3}, {1, 2, 3, -1, -2, -128}});
  EXPECT_EQ(bytes.substr(0, 10), std::string("\x93NUMPY\x01\x00\x76\x00", 10));
  EXPECT_EQ(bytes.substr(10, 62), "{'descr': '|i1', 'fortran_order': False, 'shape': (2, 1, 3), }");
  EXPECT_EQ((bytes.size() - 6) % 64, 0u);
  EXPECT_EQ(bytes[bytes.size() - 7], '\n');
  EXPECT_THAT(npy_bytes({{5}, {0, 0, 0, 0, 0}}), HasSubstr("'shape': (5,), }"));
}

TEST_F(NpyTest, ReadsBack) {
  for (const std::vector<std::int64_t>& shape :
       {std::vector<std::int64_t>{6}, {2, 1, 3}, {1, 6, 1, 1}, {0, 4}, {}}) {
    NpyTensor tensor;
    tensor.shape = shape;
    std::int64_t count = 1;
    for (const std::int64_t extent : shape) count *= extent;
    for (std::int64_t i = 0; i < count; ++i)
      tensor.values.push_back(static_cast<std::int8_t>(i * 37 - 100));
    const NpyTensor back = read(npy_bytes(tensor));
    EXPECT_EQ(back.shape, tensor.shape);
    EXPECT_EQ(back.values, tensor.values);
  }
}

TEST_F(NpyTest, ReadsWhatNumpyMayWriteOtherwise) {
  const NpyTensor tensor =
      read(file("{\"shape\":(2 ,), 'fortran_order':False,'descr':'<i1'}\n", "ab"));
  EXPECT_THAT(tensor.shape, ElementsAre(2));
  EXPECT_THAT(tensor.values, ElementsAre('a', 'b'));
}

TEST_F(NpyTest, RefusesEverythingElse) {
  const std::string good = "{'descr': '|i1', 'fortran_order': False, 'shape': (2,), }";
  EXPECT_EQ(error(file(good, "ab")), "no error");
  EXPECT_THAT(error(""), HasSubstr("t.npy: magic: got something else"));
  EXPECT_THAT(error("PK\x03\x04 0123456789"), HasSubstr("magic"));
  EXPECT_THAT(error(file(good, "a")),
              HasSubstr("data: got 1 bytes, must be 2 bytes, as the shape says"));
  EXPECT_THAT(error(file(good, "abc")), HasSubstr("data: got 3 bytes"));
  std::string version = file(good, "ab");
  version[6] = 2;
  EXPECT_THAT(error(version), HasSubstr("version: got 2.0, must be 1.0"));
  EXPECT_THAT(error(file(good, "ab").substr(0, 40)),
              HasSubstr("header length: got 57, must be at most 30"));
  const auto with = [&](const std::string& dictionary) { return error(file(dictionary, "ab")); };
  EXPECT_THAT(with("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }"),
              HasSubstr("descr: got <f4, must be |i1 (int8)"));
  EXPECT_THAT(with("{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }"),
              HasSubstr("descr: got |u1"));
  EXPECT_THAT(with("{'descr': '|i1', 'fortran_order': True, 'shape': (2,), }"),
              HasSubstr("fortran_order: got True, must be False"));
  EXPECT_THAT(with("{'descr': '|i1', 'fortran_order': False}"),
              HasSubstr("header: got an incomplete one"));
  EXPECT_THAT(with("{'descr': '|i1', 'order': False}"), HasSubstr("header: got the key order"));
  EXPECT_THAT(with("{'descr': [('x', '<i4')], 'fortran_order': False, 'shape': (2,)}"),
              HasSubstr("descr: got a list of fields, must be |i1 (int8)"));
  EXPECT_THAT(with("{'descr': '|i1', 'fortran_order': False, 'shape': (2.5,)}"),
              HasSubstr("shape: got 2.5, must be"));
  EXPECT_THAT(with("{'descr': '|i1"), HasSubstr("strings that end"));
  EXPECT_THAT(with("descr"), HasSubstr("header: got a damaged one"));
  EXPECT_THAT(with("{'descr': '|i1', 'fortran_order': False, 'shape': (-2,), }"),
              HasSubstr("shape: got"));
  EXPECT_THAT(with("{'descr': '|i1', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,2), }"),
              HasSubstr("at most 8 integers"));
  EXPECT_THAT(
      with("{'descr': '|i1', 'fortran_order': False, 'shape': (4294967296, 4294967296, 2), }"),
      HasSubstr("shape: got 4294967296 * 4294967296, must be"));
}

TEST_F(NpyTest, FilesThatCannotBeReadAreNamed) {
  EXPECT_THROW(read_npy(folder_ / "none.npy"), base::InputError);
  EXPECT_THROW(read_npy(folder_.path()), base::InputError);
}

}  // namespace
}  // namespace npusim::cli
