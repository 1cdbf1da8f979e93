// SPDX-License-Identifier: Apache-2.0
// Results of a check as JUnit XML, which CI systems show.
#pragma once

#include <string>
#include <vector>

namespace npusim::golden {

struct JunitCase {
  enum class Result { passed, failed, error };  // error: it could not be run
  std::string name;
  Result result = Result::passed;
  std::string message, text;  // one line, and everything; empty where passed
  double seconds = 0;
};

/// One test suite, "npusim golden". Texts may hold any bytes: what XML cannot say reads '?'.
std::string junit_xml(const std::vector<JunitCase>& cases);

}  // namespace npusim::golden
