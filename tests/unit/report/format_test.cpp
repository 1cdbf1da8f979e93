// SPDX-License-Identifier: Apache-2.0
#include "sim/report/format.h"

#include <gtest/gtest.h>

namespace npusim::report {
namespace {

TEST(FormatTest, GroupsThousands) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(-1234567), "-1,234,567");
  EXPECT_EQ(grouped(-999), "-999");
  EXPECT_EQ(grouped(9223372036854775807), "9,223,372,036,854,775,807");
}

TEST(FormatTest, DecimalPrefixes) {
  EXPECT_EQ(si(1.024e12, "MAC/s"), "1.02 TMAC/s");
  EXPECT_EQ(si(500e6, "Hz"), "500 MHz");
  EXPECT_EQ(si(999.9e6, "Hz"), "1 GHz");
  EXPECT_EQ(si(12, "MACs"), "12 MACs");
}

TEST(FormatTest, BytesPercentTime) {
  EXPECT_EQ(bytes_text(10239), "10,239 bytes");
  EXPECT_EQ(bytes_text(10240), "10.0 KiB");
  EXPECT_EQ(bytes_text(5 * 1024 * 1024), "5.00 MiB");
  EXPECT_EQ(bytes_text(std::int64_t{3} << 40), "3072.00 GiB");
  EXPECT_EQ(percent(0.12345, 2), "12.35 %");
  EXPECT_EQ(time_text(0.002469134), "2.469 ms");
  EXPECT_EQ(time_text(0.0000025), "2.500 us");
  EXPECT_EQ(time_text(12.5), "12.500 s");
}

TEST(FormatTest, LongNamesLoseTheirMiddle) {
  EXPECT_EQ(shortened("short", 5), "short");
  EXPECT_EQ(shortened("abcdefghij", 8), "abc..hij");
  EXPECT_EQ(shortened("abcdefghij", 7), "ab..hij");
  EXPECT_EQ(shortened("a\x1b[31mb\n", 20), "a?[31mb?");
}

}  // namespace
}  // namespace npusim::report
