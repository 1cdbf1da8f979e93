// SPDX-License-Identifier: Apache-2.0
// Where technology files are looked for: what energy and area are computed with
// (docs/energy.md, sim/energy/technology.h).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace npusim::config {

/// The technology of a run that names none.
inline constexpr char kUsualTechnology[] = "generic_45nm";

/// The files that a name means, best first: NAME, or NAME.yaml. A bare name stands in each of
/// `folders`, then in technology/ of each of `configs`; any other is a path from the first folder.
std::vector<std::filesystem::path> technology_candidates(
    const std::string& name, const std::vector<std::filesystem::path>& folders,
    const std::vector<std::filesystem::path>& configs);

/// The technology file that a flag names: a path, or a bare name in the current folder or
/// technology/ of the configs folders. Throws base::InputError naming `flag` where there is none.
std::filesystem::path find_technology_file(const std::string& name, const std::string& flag,
                                           const std::vector<std::filesystem::path>& configs);

}  // namespace npusim::config
