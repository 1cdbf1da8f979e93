// SPDX-License-Identifier: Apache-2.0
#include "sim/cache/place.h"

#include <cstdlib>
#include <system_error>

namespace npusim::cache {

std::optional<std::filesystem::path> default_folder() {
  namespace fs = std::filesystem;
  if (const char* own = std::getenv("NPUSIM_CACHE")) {
    std::error_code nowhere;
    const fs::path folder = fs::absolute(own, nowhere);
    if (*own == '\0' || nowhere) return std::nullopt;
    return folder.lexically_normal();
  }
  const char* xdg = std::getenv("XDG_CACHE_HOME");
  if (xdg != nullptr && fs::path(xdg).is_absolute()) return fs::path(xdg) / "npusim";
  const char* home = std::getenv("HOME");
  if (home != nullptr && fs::path(home).is_absolute()) return fs::path(home) / ".cache/npusim";
  return std::nullopt;
}

}  // namespace npusim::cache
