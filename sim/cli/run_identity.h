// SPDX-License-Identifier: Apache-2.0
// What a run's record depends on beside the values that a sweep gives: a number that another
// program, model, picture folder or hardware file changes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "sim/config/run_config.h"

namespace npusim::cli {

class RunIdentity {
 public:
  /// Reads this program's own file, once.
  RunIdentity();

  /// XXH3 of the program, the run's name, the content of its run file and its model (with external
  /// data), the hardware in force, the technology file, and of every file below its picture folders
  /// the name, size and time of change. A file or folder is read once. Throws base::InputError
  /// where one cannot be.
  std::uint64_t of(const config::RunConfig& run);

 private:
  std::uint64_t file_hash(const std::filesystem::path& file);
  std::uint64_t model_hash(const std::filesystem::path& file);
  std::uint64_t folder_hash(const std::filesystem::path& folder);

  std::uint64_t program_;
  std::map<std::filesystem::path, std::uint64_t> known_;
};

}  // namespace npusim::cli
