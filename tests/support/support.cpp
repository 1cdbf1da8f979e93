// SPDX-License-Identifier: Apache-2.0
#include "tests/support/support.h"

#include <cstdlib>
#include <string>
#include <system_error>

namespace npusim::test {

std::filesystem::path source_dir() { return NPUSIM_SOURCE_DIR; }

std::optional<std::filesystem::path> assets_dir() {
  const char* folder = std::getenv("NPUSIM_ASSETS");
  if (folder == nullptr || *folder == '\0') return std::nullopt;
  return std::filesystem::path(folder);
}

TempFolder::TempFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "npusim-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) {
    throw std::system_error(errno, std::generic_category(), "mkdtemp " + name);
  }
  path_ = name;
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace npusim::test
