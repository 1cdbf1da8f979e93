// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/import/operators_document.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "sim/base/files.h"
#include "tests/support/support.h"

namespace npusim::test {

void expect_section(const std::string& name, const std::string& body) {
  const std::filesystem::path path = source_dir() / "docs" / "operators.md";
  std::string text = base::read_file_text(path);
  const std::string first = "<!-- " + name + ": generated -->\n";
  const std::size_t begin = text.find(first);
  const std::size_t end = text.find("<!-- end of " + name + " -->");
  ASSERT_NE(begin, std::string::npos) << path << ": no line " << first;
  ASSERT_NE(end, std::string::npos) << path << ": no line <!-- end of " << name << " -->";
  const std::size_t start = begin + first.size();
  const std::string found = text.substr(start, end - start);
  if (found == body) return;
  if (std::getenv("NPUSIM_REGENERATE") == nullptr) {
    EXPECT_EQ(found, body) << "the section '" << name
                           << "' is out of date: scripts/operators-document writes it";
    return;
  }
  std::ofstream(path, std::ios::binary) << text.replace(start, end - start, body);
}

}  // namespace npusim::test
