// SPDX-License-Identifier: Apache-2.0
// Stimulus and expected words as files that $readmemh reads, with an index.
#pragma once

#include <string>
#include <vector>

#include "sim/cli/unit_vectors.h"
#include "sim/isa/program.h"

namespace npusim::cli {

/// Refuses a path that cannot become the folder: it must be new or empty, in a folder that may be
/// written to. Throws base::InputError naming `flag`.
void check_output_folder(const std::string& path, const std::string& flag);

/// `<layer>_<name>` as folders of vectors are called: three digits, and of the name what is safe in
/// a path.
std::string layer_folder(std::uint32_t layer, const std::string& name);

/// index.json and `<unit>/<layer folder>/<file>.hex`, all or nothing: made in a folder beside it
/// that takes its name at the end. `input` says what the values come from. Returns the bytes
/// written. Throws base::InputError.
std::int64_t write_vectors(const std::string& path, const isa::Program& program,
                           const std::vector<UnitVectors>& units, const std::string& input);

}  // namespace npusim::cli
