// SPDX-License-Identifier: Apache-2.0
// `npusim diff`: two reports or two Programs compared; exit codes as diff(1) has them.
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/cli/command.h"
#include "sim/cli/output.h"
#include "sim/cli/program_difference_text.h"
#include "sim/cli/run_flags.h"
#include "sim/cli/table.h"
#include "sim/isa/program_file.h"
#include "sim/report/format.h"
#include "sim/report/report_reader.h"

namespace npusim::cli {
namespace {

struct DiffOptions {
  std::string before, after;
  std::optional<std::string> json;
  bool all = false;
};

constexpr char kDiffExamples[] =
    "  npusim run mobilenet.yaml --json a.json\n"
    "  npusim run mobilenet.yaml --set hardware.dram.read_latency_ns=90 --json b.json\n"
    "  npusim diff a.json b.json\n"
    "  npusim diff a.npu b.npu --json difference.json\n"
    "\n"
    "Exit codes: 0 the same, 1 different, 2 bad input.\n";

struct File {
  std::string name;
  base::FileBytes bytes;

  bool is_program() const {
    const std::size_t magic = std::min(bytes.size, isa::kProgramMagic.size());
    return magic > 0 &&
           std::equal(bytes.data.get(), bytes.data.get() + magic, isa::kProgramMagic.begin());
  }
  std::string_view text() const {
    return {reinterpret_cast<const char*>(bytes.data.get()), bytes.size};
  }
};

/// Both files or what is wrong with either.
std::pair<File, File> open_both(const DiffOptions& options) {
  base::ErrorList errors;
  const auto open = [&](const std::string& name, const char* argument) {
    File file{name, {}};
    try {
      require_argument(name, argument, "a report (--json of npusim run) or a Program file");
      file.bytes = base::map_file(name);
    } catch (const base::InputError& error) {
      errors.add(error);
    }
    return file;
  };
  std::pair<File, File> files = {open(options.before, "A"), open(options.after, "B")};
  errors.throw_if_any();
  if (files.first.is_program() != files.second.is_program()) {
    const bool first = files.first.is_program();
    const std::string& program = (first ? files.first : files.second).name;
    const std::string& other = (first ? files.second : files.first).name;
    throw base::InputError(base::refusal("", program, "a Program file",
                                         "a report, as " + other +
                                             " is no Program; npusim simulate " + program +
                                             " --json F writes one"));
  }
  return files;
}

/// Both read by `read`, or every error of both.
template <typename Read>
auto read_both(const std::pair<File, File>& files, const Read& read) {
  base::ErrorList errors;
  std::pair<decltype(read(files.first)), decltype(read(files.second))> result;
  const auto one = [&](const File& file, auto& into) {
    try {
      into = read(file);
    } catch (const base::InputError& error) {
      errors.add(error);
    }
  };
  one(files.first, result.first);
  one(files.second, result.second);
  errors.throw_if_any();
  return result;
}

/// What is written and printed of a difference.
struct Told {
  bool is_same = true;
  std::string what;   // "reports"
  std::string kinds;  // "configuration, cycles (3 layers)"
  std::string text, json;
};

Told compare_reports(const std::pair<File, File>& files, const report::DifferenceStyle& style) {
  const auto reports = read_both(
      files, [](const File& file) { return report::read_report(file.text(), file.name); });
  const report::Difference difference = report::difference(reports.first, reports.second);
  return {difference.is_same(), "reports", report::changed_kinds_text(difference),
          report::difference_text(difference, style), report::to_json(difference)};
}

Told compare_programs(const std::pair<File, File>& files, const report::DifferenceStyle& style) {
  const auto programs =
      read_both(files, [](const File& file) { return isa::read_program(file.bytes, file.name); });
  const isa::ProgramDifference difference =
      isa::program_difference(programs.first, programs.second);
  return {difference.is_same(), "Programs", changed_parts_text(difference),
          program_difference_text(difference, style), to_json(difference)};
}

void print(const Told& told, const DiffOptions& options) {
  constexpr std::size_t kName = kTerminalColumns - 8;
  std::string text = "before  " + report::shortened(options.before, kName) + "\nafter   " +
                     report::shortened(options.after, kName) + '\n';
  if (told.is_same) {
    text += "The " + told.what + " are the same.\n";
  } else {
    text += wrapped("The " + told.what + " differ: " + told.kinds, kTerminalColumns) + "\n\n";
    text += told.text;
  }
  write_stdout(text);
}

int diff(const DiffOptions& options) {
  check_output_path(options.json, "--json");
  const std::pair<File, File> files = open_both(options);
  report::DifferenceStyle style;
  style.text.colour = wants_colour();
  if (options.all) style.most_rows = 0;
  const Told told =
      files.first.is_program() ? compare_programs(files, style) : compare_reports(files, style);
  if (options.json) write_output(*options.json, told.json);
  print(told, options);
  return told.is_same ? kOk : kMismatch;
}

}  // namespace

void add_diff(CLI::App& program, Action& action) {
  const auto options = std::make_shared<DiffOptions>();
  CLI::App* command = add_command(
      program, "diff", "what differs between two reports or two Programs", kDiffExamples);
  command->add_option("A", options->before, "report (JSON) or Program file: before");
  command->add_option("B", options->after, "the same: after");
  command->add_flag("--all", options->all, "every row; otherwise the first ones and a count");
  command->add_option("--json", options->json, "write every difference as JSON")->option_text("F");
  command->callback([options, &action] { action = [options] { return diff(*options); }; });
}

}  // namespace npusim::cli
