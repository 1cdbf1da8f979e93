// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/trace_listener.h"

#include "sim/base/errors.h"
#include "sim/cli/output.h"

namespace npusim::cli {
namespace {

bool ends_in(const std::string& path, const std::string& ending) {
  return path.size() > ending.size() &&
         path.compare(path.size() - ending.size(), ending.size(), ending) == 0;
}

}  // namespace

void add_trace_argument(CLI::App& command, std::optional<std::string>& path) {
  command
      .add_option("--trace", path,
                  "write what every unit does when, for ui.perfetto.dev or chrome://tracing: "
                  ".json.gz or .json")
      ->option_text("F");
}

void check_trace_path(const std::optional<std::string>& path) {
  if (path && !path->empty() && !ends_in(*path, ".json.gz") && !ends_in(*path, ".json")) {
    throw base::InputError(
        base::refusal("", "--trace", *path, "a file name that ends in .json.gz or .json"));
  }
  check_output_path(path, "--trace");
}

model::Observer* TraceListener::begin(const isa::Program& program) {
  if (!path_) return nullptr;
  trace_ = std::make_unique<trace::Trace>(program, *path_);
  return trace_.get();
}

model::Observer* TraceListener::observer(std::size_t index) {
  return index == 0 ? trace_.get() : nullptr;
}

void TraceListener::on_simulated(const stats::SimulationResult& /*result*/) {
  if (trace_) trace_->end();
}

void TraceListener::wait() {
  if (trace_) trace_->wait();
}

}  // namespace npusim::cli
