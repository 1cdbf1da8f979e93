// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/run_session.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sim/base/errors.h"
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
