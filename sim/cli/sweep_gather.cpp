// SPDX-License-Identifier: Apache-2.0
// `npusim sweep gather`: the tables of a folder that several processes filled.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "sim/cli/output.h"
#include "sim/cli/run_flags.h"
#include "sim/cli/sweep.h"
#include "sim/cli/sweep_results.h"
#include "sim/cli/sweep_text.h"
#include "sim/report/format.h"

namespace npusim::cli {
namespace {

struct GatherOptions {
  std::string folder;
  bool quiet = false;
};

constexpr char kSweepGatherExamples[] = "  npusim sweep gather swept\n";
constexpr std::size_t kMostNamed = 10;

void refuse_missing(const std::vector<sweep::IndexEntry>& missing, std::size_t points) {
  if (missing.empty()) return;
  std::string numbers;
  for (std::size_t i = 0; i < std::min(missing.size(), kMostNamed); ++i)
    numbers += (i == 0 ? "" : ", ") + std::to_string(missing[i].point);
  if (missing.size() > kMostNamed) numbers += ", ...";
  throw base::InputError(
      fmt::format("points: {} of {} are missing ({}); go on with npusim sweep SWEEP -o DIR",
                  report::grouped(static_cast<std::int64_t>(missing.size())),
                  report::grouped(static_cast<std::int64_t>(points)), numbers));
}

int gather(const GatherOptions& options) {
  require_argument(options.folder, "DIR", "a folder that npusim sweep has written");
  const sweep::Store store(options.folder);
  store.require_sweep();
  const sweep::SweepConfig config = store.config();
  const std::vector<sweep::IndexEntry> index = store.index(config);
  const sweep::Gathered gathered = sweep::gather(store, config, index);
  write_sweep_tables(store, config, index, gathered);
  if (!options.quiet) write_stdout(sweep_summary(config, gathered, {}, options.folder));
  flush_stdout();
  refuse_missing(gathered.missing, index.size());
  return sweep_exit_code(gathered);
}

}  // namespace

void add_sweep_gather(CLI::App& sweep, Action& action) {
  const auto options = std::make_shared<GatherOptions>();
  CLI::App* command = add_command(sweep, "gather",
                                  "make the table of what a folder has, as after "
                                  "shards",
                                  kSweepGatherExamples);
  command->add_option("DIR", options->folder, "the folder that the sweep was written to");
  command->add_flag("--quiet", options->quiet, "no summary; errors only");
  command->callback([options, &action] { action = [options] { return gather(*options); }; });
}

}  // namespace npusim::cli
