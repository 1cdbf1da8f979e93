// SPDX-License-Identifier: Apache-2.0
// Files that a sweep file names.
#pragma once

#include <filesystem>
#include <string>

namespace npusim::sweep {

/// The value of a key as a flag may have it: a relative path that exists beside the sweep file is
/// meant from there; all else, bare names among it, stays as it is. Keys that name files: run,
/// model, hardware, technology and every `path`.
std::string rooted(const std::string& key, const std::string& value,
                   const std::filesystem::path& sweep_file);

}  // namespace npusim::sweep
