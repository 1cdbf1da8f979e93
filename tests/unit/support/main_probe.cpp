// SPDX-License-Identifier: Apache-2.0
// What main_test.sh runs: one test that leaves a mark, one that skips itself, one that fails when
// asked to.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <systemc>

namespace {

// Uses the library, so that the linker keeps it.
TEST(MainProbe, Runs) {
  EXPECT_EQ(sc_core::sc_time(1, sc_core::SC_NS).value(), 1000U);
  std::puts("probe was here");
}

TEST(MainProbe, Skips) { GTEST_SKIP() << "always"; }

TEST(MainProbe, FailsOnRequest) { EXPECT_EQ(std::getenv("NPUSIM_PROBE_FAILS"), nullptr); }

}  // namespace
