// SPDX-License-Identifier: Apache-2.0
// The main of every test program. It exists because the SystemC library exports a main of its own:
// with that one no test would run, and the program would succeed.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

// What the SystemC library's main would call; it is referred to, never called.
extern "C" int sc_main(int argc, char** argv);
extern "C" int sc_main(int /*argc*/, char** /*argv*/) { return 1; }

int main(int argc, char** argv) {
  constexpr int kSkippedExit = 77;  // the SKIP_RETURN_CODE of the CTest entries
  setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", /*overwrite=*/1);
  testing::InitGoogleTest(&argc, argv);
  if (testing::GTEST_FLAG(list_tests)) return RUN_ALL_TESTS();

  const int failed = RUN_ALL_TESTS();
  if (failed != 0) return failed;
  const testing::UnitTest& unit = *testing::UnitTest::GetInstance();
  if (unit.test_to_run_count() == 0) {
    std::fprintf(stderr, "no test ran: %d tests in the program, filter '%s'\n",
                 unit.total_test_count(), testing::GTEST_FLAG(filter).c_str());
    return 1;
  }
  return unit.skipped_test_count() == unit.test_to_run_count() ? kSkippedExit : 0;
}
