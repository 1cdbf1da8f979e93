// SPDX-License-Identifier: Apache-2.0
// Golden cases on disk: a folder with case.yaml, run.yaml, report.json, program.csv and layers.csv.
// Files that are none of these belong to whoever put them there and stay.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sim/base/whole_folder.h"
#include "sim/golden/case_file.h"
#include "sim/golden/results.h"

namespace npusim::golden {

/// A case and the name by which it is told of: its path from the folder that was searched.
struct CasePlace {
  std::string name;
  std::filesystem::path folder;
};

/// The case that `folder` is, or those below it, sorted by name. A folder with any file of a case
/// is one, even where others are missing; hidden folders and links to folders are left out. Throws
/// base::InputError naming `what` ("DIR") where there are none.
std::vector<CasePlace> find_cases(const std::filesystem::path& folder, const std::string& what);

/// Whether there is any file of a case in it.
bool is_case(const std::filesystem::path& folder);

// What a case holds. Each throws base::InputError where a file is missing or damaged, with all that
// is missing.

CaseFile read_case_file(const std::filesystem::path& folder);
Results read_results(const std::filesystem::path& folder);

/// A file of a case by its name.
struct CaseText {
  std::string name, text;
};

/// report.json, program.csv, layers.csv.
std::vector<CaseText> texts_of(const Results& results);

void write_texts(base::WholeFolder& folder, const std::vector<CaseText>& texts);

}  // namespace npusim::golden
