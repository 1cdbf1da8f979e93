// SPDX-License-Identifier: Apache-2.0
// Where the cache lies.
#pragma once

#include <filesystem>
#include <optional>

namespace npusim::cache {

/// $NPUSIM_CACHE, else $XDG_CACHE_HOME/npusim where that is absolute, else $HOME/.cache/npusim.
/// Empty where NPUSIM_CACHE is set and empty, which turns the cache off, and where none of them is
/// set. Absolute; it need not exist.
std::optional<std::filesystem::path> default_folder();

}  // namespace npusim::cache
