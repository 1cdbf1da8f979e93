// SPDX-License-Identifier: Apache-2.0
// The run files and hardware files that bare names find, and what kind of file one is.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sim/config/run_config.h"

namespace npusim::cli {

enum class FileKind { run_file, hardware_file, program, onnx, scale_sim, unknown };

/// By content: the magic of a Program file, the first field of an ONNX model, the keys of a YAML
/// text, also of one with errors. A file named .onnx, .npu or .csv (a SCALE-Sim topology) that
/// holds something else is of that kind all the same, so that its reader says what is wrong. Throws
/// base::InputError where it cannot be read.
FileKind kind_of_file(const std::filesystem::path& path);

/// The same for a text that should be YAML: run_file, hardware_file or unknown.
FileKind kind_of_yaml(const std::string& text);

/// A file and the bare name that finds it.
struct CatalogueEntry {
  std::string name;
  std::filesystem::path path;
};

/// What a bare name finds, in order of the folders, by name: of the current folder the files of
/// this kind, of the others all YAML files (one that is broken must be seen). A name that an
/// earlier folder has is left out, as `npusim run NAME` takes the first.
std::vector<CatalogueEntry> catalogue(FileKind kind, const config::SearchFolders& folders);

}  // namespace npusim::cli
