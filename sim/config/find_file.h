// SPDX-License-Identifier: Apache-2.0
// Files by bare name in several folders, and what to say where there is none.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace npusim::config {

/// Whether something that is no folder is there.
bool is_file(const std::filesystem::path& path);

/// The first of the candidates that is a file.
std::optional<std::filesystem::path> first_file(
    const std::vector<std::filesystem::path>& candidates);

/// What a message says the value must be where none of the candidates is a file: all of them, and
/// the file beside one of them whose name is nearest. At least one candidate.
std::string existing_file(const std::vector<std::filesystem::path>& candidates);

/// The file that a user names: a path, or a bare name in the current folder or `folders`. Throws
/// base::InputError, `what: got NAME, must be an existing file: ...`.
std::filesystem::path find_file(const std::string& name, const std::string& what,
                                const std::vector<std::filesystem::path>& folders);

}  // namespace npusim::config
