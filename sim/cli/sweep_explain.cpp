// SPDX-License-Identifier: Apache-2.0
// `npusim sweep explain`: the command that reproduces a point.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "sim/base/errors.h"
#include "sim/cli/output.h"
#include "sim/cli/run_flags.h"
#include "sim/cli/sweep.h"
#include "sim/cli/sweep_folder.h"

namespace npusim::cli {
namespace {

namespace fs = std::filesystem;

struct ExplainOptions {
  std::string place, point;
};

constexpr char kSweepExplainExamples[] =
    "  npusim sweep explain swept 12\n"
    "  npusim sweep explain swept 5f0c    by the first digits of its hash, 4 at least\n"
    "  npusim sweep explain swept/points/5f0c21b37a9e4d10.json\n";
constexpr std::size_t kHashDigits = 16, kLeastHashDigits = 4;

/// DIR/points/HASH.json and DIR/failures/HASH.json name both folder and point.
bool split_record_path(const std::string& path, std::string& folder, std::string& hash) {
  const fs::path file = fs::path(path).lexically_normal();
  const std::string parent = file.parent_path().filename().string();
  if (file.extension() != ".json" || (parent != "points" && parent != "failures")) {
    // Within that folder: HASH.json alone.
    if (file.extension() != ".json" || file.has_parent_path()) return false;
    folder = "..";
  } else {
    folder = file.parent_path().parent_path().string();
    if (folder.empty()) folder = ".";
  }
  hash = file.stem().string();
  return hash.size() == kHashDigits;
}

/// By number, else by the first digits of the hash.
const sweep::IndexEntry& find_point(const SweepFolder& sweep, const std::string& point) {
  std::vector<const sweep::IndexEntry*> found;
  for (const sweep::IndexEntry& entry : sweep.index) {
    if (std::to_string(entry.point) == point) return entry;
    const bool begins = entry.hash.compare(0, point.size(), point) == 0;
    if (begins && point.size() >= kLeastHashDigits) found.push_back(&entry);
  }
  if (found.size() == 1) return *found.front();
  if (found.empty()) {
    const auto [least, most] =
        std::minmax_element(sweep.index.begin(), sweep.index.end(),
                            [](const auto& a, const auto& b) { return a.point < b.point; });
    const std::string range = sweep.index.empty()
                                  ? "; the sweep has none"
                                  : fmt::format(
                                        " of index.csv, from {} to {}, or at least {} "
                                        "digits of a hash there",
                                        least->point, most->point, kLeastHashDigits);
    throw base::InputError(base::refusal("", "POINT", point, "a number" + range));
  }
  throw base::InputError(base::refusal(
      "", "POINT", fmt::format("{}, with which {} hashes begin", point, found.size()),
      fmt::format("more of one of them, such as {} or {}", found[0]->hash, found[1]->hash)));
}

int explain(const ExplainOptions& options) {
  require_argument(options.place, "DIR", "a folder that npusim sweep has written");
  std::string folder = options.place, point = options.point;
  if (point.empty() && !split_record_path(options.place, folder, point)) {
    throw base::InputError(base::refusal("", "POINT", "nothing",
                                         "the number or hash of a point, or instead of both a "
                                         "record such as DIR/points/5f0c21b37a9e4d10.json"));
  }
  const SweepFolder sweep = read_sweep_folder(folder);
  write_stdout(
      fmt::format("{}\n", sweep::command_of(sweep.config, find_point(sweep, point).values)));
  return kOk;
}

}  // namespace

void add_sweep_explain(CLI::App& sweep, Action& action) {
  const auto options = std::make_shared<ExplainOptions>();
  CLI::App* command =
      add_command(sweep, "explain", "print the run command whose report is a point's record",
                  kSweepExplainExamples);
  command->add_option("DIR", options->place,
                      "the folder that the sweep was written to, or a record in it");
  command->add_option("POINT", options->point, "its number, or the first digits of its hash");
  command->callback([options, &action] { action = [options] { return explain(*options); }; });
}

}  // namespace npusim::cli
