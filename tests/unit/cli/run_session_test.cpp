// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/run_session.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "sim/base/errors.h"
#include "sim/cache/entries.h"
#include "sim/report/json.h"
#include "tests/support/support.h"

namespace npusim::cli {
namespace {

config::RunConfig run_with(std::vector<std::string> set,
                           const std::string& file = "mobilenet.yaml") {
  config::RunFlags flags;
  if (file == "mobilenet.yaml") {
    set.insert(set.begin(), {"dataset.images=12", "calibration.images=2", "simulation.images=1"});
  }
  flags.set = std::move(set);
  const std::filesystem::path workloads = test::source_dir() / "workloads";
  return config::read_run_config((workloads / file).string(), flags, {},
                                 {{workloads}, {test::source_dir() / "configs"}});
}

std::string record(RunSession& session, const config::RunConfig& run) {
  Progress quiet(true);
  return report::to_json(session.run(run, quiet));
}

std::string fresh_record(const config::RunConfig& run) {
  RunSession session(1);
  return record(session, run);
}

const std::string kTimingOnly = "simulation.timing_only=true";

// Whatever went before, a record is that of a session of its own.
TEST(RunSession, NoRunShowsInTheNext) {
  RunSession session(2);
  const std::vector<config::RunConfig> runs = {
      run_with({}),
      run_with({"hardware.dram.read_latency_ns=300"}),
      run_with({"hardware.mac_array.rows=16", kTimingOnly}),
      run_with({"quantization.equalization=true", kTimingOnly}),
      run_with({"hardware.mac_array.accumulator_bits=24", kTimingOnly}),
      run_with({"quantization.activation_bits=6", "calibration.method=mse", kTimingOnly}),
      run_with({"simulation.steady_state=true", kTimingOnly}, "mlperf_tiny_anomaly_detection.yaml"),
      run_with({"quantization.equalization=true"}, "mlperf_tiny_anomaly_detection.yaml"),
      run_with({kTimingOnly}, "mlperf_tiny_anomaly_detection.yaml"),
      run_with({"calibration.seed=9", "quantization.scheme=per_channel"}),
      run_with({}),
  };
  for (std::size_t i = 0; i < runs.size(); ++i) {
    EXPECT_EQ(record(session, runs[i]), fresh_record(runs[i])) << "run " << i;
  }
}

std::vector<std::string> stages_of(const RunSession& session) {
  std::vector<std::string> names;
  for (const compile::StageRecord& stage : session.stages())
    names.push_back(stage.stage + (stage.from_cache ? " kept" : ""));
  return names;
}

std::size_t computed(const RunSession& session, const std::string& stage) {
  const std::vector<std::string> names = stages_of(session);
  return static_cast<std::size_t>(std::count(names.begin(), names.end(), stage));
}

std::int64_t entries_of(const test::TempFolder& folder, const std::string& kind) {
  std::int64_t count = 0;
  for (const cache::Entry& entry : cache::list_entries(folder.path())) count += entry.kind == kind;
  return count;
}

// What changes between two runs decides what is done again, in one session.
TEST(RunSession, DoesAgainOnlyWhatAKeyReaches) {
  RunSession session(1);
  struct Step {
    std::vector<std::string> set;
    std::vector<std::string> stages;
  };
  const std::vector<Step> steps = {
      {{}, {"import", "calibrate", "quantize", "compile"}},
      {{"hardware.dram.read_latency_ns=300"}, {}},
      {{"hardware.mac_array.rows=16"}, {"compile"}},
      {{"hardware.weight_scratchpad.bytes=64KiB"}, {"compile"}},
      {{"quantization.field_bits=3"}, {"quantize", "compile"}},
      {{"quantization.scheme=per_channel"}, {"quantize", "compile"}},
      {{"calibration.method=mse"}, {"calibrate", "quantize", "compile"}},
  };
  for (const Step& step : steps) {
    std::vector<std::string> set = step.set;
    set.push_back(kTimingOnly);
    const std::size_t before = session.stages().size();
    record(session, run_with(set));
    const std::vector<std::string> all = stages_of(session);
    const std::vector<std::string> added(all.begin() + static_cast<std::ptrdiff_t>(before),
                                         all.end());
    EXPECT_EQ(added, step.stages) << (step.set.empty() ? "first" : step.set.front());
  }
}

// Sessions of processes that share a folder: the same bytes as without it, for any number of
// threads, and what one has computed no other computes.
TEST(RunSession, ACacheSavesWorkAndChangesNothing) {
  const test::TempFolder folder;
  const std::vector<config::RunConfig> runs = {
      run_with({}), run_with({"hardware.mac_array.rows=16"}),
      run_with({"quantization.weight_bits=5"}),
      run_with(
          {"hardware.mac_array.accumulator=saturate", "hardware.mac_array.accumulator_bits=18"})};
  std::vector<std::string> expected;
  for (const config::RunConfig& run : runs) expected.push_back(fresh_record(run));

  const auto all_as_expected = [&](RunSession& session) {
    bool same = true;
    for (std::size_t i = 0; i < runs.size(); ++i) same &= record(session, runs[i]) == expected[i];
    return same;
  };
  std::vector<pid_t> children;
  for (const int threads : {1, 2}) {
    const pid_t child = ::fork();
    if (child == 0) {
      const cache::Store store(folder.path());
      RunSession session(threads, &store);
      ::_exit(all_as_expected(session) ? 0 : 1);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(entries_of(folder, "calibrate"), 1);
  // per_layer, shift_scaler and per_channel of three quantizations; the float network once more.
  EXPECT_EQ(entries_of(folder, "quantize"), 9);
  EXPECT_EQ(entries_of(folder, "answers"), 10);
  const cache::Store store(folder.path());
  RunSession warm(2, &store);
  EXPECT_TRUE(all_as_expected(warm));
  EXPECT_EQ(computed(warm, "calibrate"), 0u);
  EXPECT_EQ(computed(warm, "quantize"), 0u);
  EXPECT_EQ(computed(warm, "calibrate kept"), 1u);
  EXPECT_EQ(entries_of(folder, "answers"), 10);
}

TEST(RunSession, GoesOnAfterARunThatIsRefused) {
  RunSession session(1);
  const config::RunConfig good = run_with({kTimingOnly});
  const std::string expected = record(session, good);
  for (const char* set : {"hardware.mac_array.accumulator_bits=16",
                          "quantization.layers=[{match: nowhere, weight_bits: 4}]",
                          "hardware.weight_scratchpad.bytes=16", "input.size=32"}) {
    EXPECT_THROW(record(session, run_with({set, kTimingOnly})), base::InputError) << set;
    EXPECT_EQ(record(session, good), expected) << set;
  }
}

TEST(RunSession, TimingOnlyHasTheCyclesOfAWholeRunAndNothingOfValues) {
  Progress quiet(true);
  RunSession session(1);
  const report::Report whole = session.run(run_with({}), quiet);
  const report::Report timing = session.run(run_with({kTimingOnly}), quiet);
  EXPECT_EQ(timing.cycles.total, whole.cycles.total);
  EXPECT_FALSE(timing.cycles.steady_state_total);
  EXPECT_FALSE(timing.accuracy);
  EXPECT_EQ(timing.accuracy_not_measured, "simulation.timing_only is true");
  EXPECT_FALSE(timing.simulation.mismatched_values);
  EXPECT_TRUE(timing.simulation.output_sha256.empty());
  EXPECT_EQ(timing.simulation.images, 1);
  const report::Report steady =
      session.run(run_with({kTimingOnly, "simulation.steady_state=true"}), quiet);
  EXPECT_EQ(steady.cycles.steady_state_total, whole.cycles.steady_state_total);
  const report::Report unsteady = session.run(run_with({"simulation.steady_state=false"}), quiet);
  EXPECT_FALSE(unsteady.cycles.steady_state_total);
  EXPECT_TRUE(unsteady.accuracy);
}

}  // namespace
}  // namespace npusim::cli
