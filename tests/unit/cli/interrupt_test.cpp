// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/interrupt.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <vector>

#include "sim/base/files.h"
#include "tests/support/support.h"

namespace npusim::cli {
namespace {

/// Maps a file, cuts it off, and reads on.
void read_what_is_gone(const std::filesystem::path& path) {
  handle_interrupts();
  const base::FileBytes file = base::map_file(path);
  std::filesystem::resize_file(path, 0);
  const volatile std::uint8_t* const bytes = file.data.get();
  static_cast<void>(bytes[file.size - 1]);
}

TEST(InterruptDeathTest, AMappedFileThatIsCutOffIsBadInput) {
  const test::TempFolder folder;
  base::write_file_whole(folder / "x.npu", std::vector<std::uint8_t>(100'000, 1));
  EXPECT_EXIT(read_what_is_gone(folder / "x.npu"), testing::ExitedWithCode(2),
              "npusim: an input file was cut off while it was in use");
}

}  // namespace
}  // namespace npusim::cli
