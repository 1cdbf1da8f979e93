// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/data_folders.h"

#include <filesystem>

namespace npusim::cli {
namespace {

namespace fs = std::filesystem;

void append_data(config::SearchFolders& folders, const fs::path& root) {
  std::error_code unreadable;
  if (fs::is_directory(root / "workloads", unreadable))
    folders.workloads.push_back(root / "workloads");
  if (fs::is_directory(root / "configs", unreadable)) folders.configs.push_back(root / "configs");
}

}  // namespace

config::SearchFolders data_folders() {
  config::SearchFolders folders;
  std::error_code unreadable;
  const fs::path program = fs::read_symlink("/proc/self/exe", unreadable);
  if (!unreadable)
    append_data(folders, (program.parent_path() / NPUSIM_DATA_FROM_BIN).lexically_normal());
  append_data(folders, NPUSIM_SOURCE_DIR);
  return folders;
}

}  // namespace npusim::cli
