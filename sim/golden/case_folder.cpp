// SPDX-License-Identifier: Apache-2.0
#include "sim/golden/case_folder.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <system_error>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/report/report_reader.h"

namespace npusim::golden {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxCaseFileBytes = 1 << 20;
constexpr std::uint64_t kMaxResultBytes = 256 << 20;
constexpr int kDeepest = 64;  // folders in folders

constexpr std::array<const char*, 5> kFiles = {kCaseFile, kRunFile, kReportFile, kProgramFile,
                                               kLayersFile};

bool is_there(const fs::path& path) {
  std::error_code unreadable;
  return fs::exists(fs::symlink_status(path, unreadable));
}

void require_files(const fs::path& folder) {
  base::ErrorList errors;
  for (const char* name : kFiles) {
    if (!is_there(folder / name))
      errors.add((folder / name).string(), "file", "nothing",
                 "a file of the case, as npusim golden record wrote it");
  }
  errors.throw_if_any();
}

void collect(const fs::path& folder, const fs::path& name, int depth,
             std::vector<CasePlace>& cases) {
  if (is_case(folder)) {
    cases.push_back({name.string(), folder});
    return;
  }
  if (depth == kDeepest) return;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code unreadable;
    const std::string leaf = at->path().filename().string();
    if (leaf.front() != '.' && !at->is_symlink(unreadable) && at->is_directory(unreadable))
      collect(at->path(), name / leaf, depth + 1, cases);
  }
  if (error)
    throw base::InputError(
        base::refusal("", folder.string(), error.message(), "a folder that can be read"));
}

/// "cases/net" for "cases/net/" and, in cases/net, for ".".
fs::path without_slash(const fs::path& folder) {
  fs::path clean = folder.lexically_normal();
  if (!clean.has_filename()) clean = clean.parent_path();
  if (clean.empty() || clean == "." || clean.filename() == "..")
    clean = fs::absolute(clean).lexically_normal();
  return clean.has_filename() ? clean : clean.parent_path();
}

}  // namespace

bool is_case(const fs::path& folder) {
  // A run.yaml alone is a run file.
  return std::any_of(kFiles.begin(), kFiles.end(),
                     [&](const char* name) { return name != kRunFile && is_there(folder / name); });
}

std::vector<CasePlace> find_cases(const fs::path& folder, const std::string& what) {
  constexpr char kMustBe[] =
      "a golden case, or a folder of cases, as npusim golden record writes them";
  std::error_code unreadable;
  if (!fs::is_directory(folder, unreadable)) {
    const bool file = is_there(folder);
    throw base::InputError(base::refusal(
        "", what, folder.string() + (file ? ", a file" : ", which there is not"), kMustBe));
  }
  std::vector<CasePlace> cases;
  collect(folder, {}, 0, cases);
  if (cases.empty())
    throw base::InputError(
        base::refusal("", what, folder.string() + ", a folder without cases", kMustBe));
  if (cases.front().name.empty())
    cases.front().name = without_slash(fs::absolute(folder)).filename().string();
  std::sort(cases.begin(), cases.end(),
            [](const CasePlace& a, const CasePlace& b) { return a.name < b.name; });
  return cases;
}

CaseFile read_case_file(const fs::path& folder) {
  require_files(folder);
  const fs::path file = folder / kCaseFile;
  return parse_case_file(base::read_file_text(file, kMaxCaseFileBytes), file.string());
}

Results read_results(const fs::path& folder) {
  require_files(folder);
  Results results;
  const auto text_of = [&](const char* name) {
    return base::read_file_text(folder / name, kMaxResultBytes);
  };
  results.report = text_of(kReportFile);
  report::read_report(results.report, (folder / kReportFile).string());
  results.program = parse_program_csv(text_of(kProgramFile), (folder / kProgramFile).string());
  results.layers = parse_layers_csv(text_of(kLayersFile), (folder / kLayersFile).string());
  return results;
}

std::vector<CaseText> texts_of(const Results& results) {
  return {{kReportFile, results.report},
          {kProgramFile, program_csv(results.program)},
          {kLayersFile, layers_csv(results.layers)}};
}

void write_texts(base::WholeFolder& folder, const std::vector<CaseText>& texts) {
  for (const CaseText& each : texts) folder.write(each.name, each.text);
}

}  // namespace npusim::golden
