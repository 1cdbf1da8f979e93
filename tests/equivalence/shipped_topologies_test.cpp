// SPDX-License-Identifier: Apache-2.0
// Every run file of workloads/ on every hardware file of configs/, as the folders hold them: it
// compiles, nothing races, and the machine computes what the integer executor does. Where that
// takes long, cycles only; with sanitizers, only the small ones.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "frontend/compile/compile.h"
#include "frontend/compile/pipeline.h"
#include "sim/config/hardware_reader.h"
#include "sim/config/run_config.h"
#include "sim/functional/race_check.h"
#include "sim/model/simulate.h"
#include "tests/support/readings.h"
#include "tests/support/support.h"

namespace npusim {
namespace {

constexpr char kScheme[] = "shift_scaler";

#ifdef NPUSIM_SANITIZED_TESTS
constexpr std::int64_t kMostMacs = 20'000'000;
#else
constexpr std::int64_t kMostMacs = INT64_MAX;
#endif
/// Values are compared up to here: all shipped networks but the two largest.
constexpr std::int64_t kMostMacsWithValues = 2'500'000'000;

std::vector<std::string> yaml_files(const char* folder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(test::source_dir() / folder)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().filename().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::int64_t macs_of(const graph::Graph& network) {
  std::int64_t macs = 0;
  for (const graph::Node& node : network.nodes) macs += graph::macs(network, node);
  return macs;
}

class ShippedTopologies : public testing::TestWithParam<std::string> {};

TEST_P(ShippedTopologies, RunOnEveryShippedMachine) {
  const std::filesystem::path file = test::source_dir() / "workloads" / GetParam();
  if (text_of(file).find("\nmodel: null") != std::string::npos) {
    GTEST_SKIP() << "its network does not ship";
  }
  const std::vector<std::string> machines = yaml_files("configs");
  ASSERT_GE(machines.size(), 5U);
  const config::RunConfig run = config::read_run_config(
      file.string(), {}, {},
      {{test::source_dir() / "workloads"}, {test::source_dir() / "configs"}});
  compile::Pipeline pipeline(run, 2);
  const std::int64_t macs = macs_of(pipeline.network());
  if (macs > kMostMacs) GTEST_SKIP() << macs << " MACs take too long with sanitizers";
  const bool with_values = macs <= kMostMacsWithValues;

  const graph::QuantizedGraph& graph = pipeline.quantized(kScheme).graph;
  std::int64_t input_bytes = 0;
  for (const graph::QuantizedNode& node : graph.nodes) {
    if (std::holds_alternative<graph::Input>(node.op)) input_bytes += node.shape.elements();
  }
  const std::vector<std::int8_t> input = test::random_codes(1, input_bytes);
  test::CodeTensors wanted;
  if (with_values) wanted = test::executed_tensors(graph, input);
  for (const std::string& machine : machines) {
    SCOPED_TRACE(machine);
    const config::HardwareConfig hardware =
        config::read_hardware_config((test::source_dir() / "configs" / machine).string());
    const isa::Program program = compile::compile(graph, hardware, {});
    EXPECT_EQ(functional::find_races(program), std::vector<std::string>{});
    if (with_values) {
      EXPECT_EQ(test::tensors_that_differ(program, wanted, input), std::vector<std::string>{});
    } else {
      model::SimulationOptions options;
      options.timing_only = true;
      const std::int64_t array = hardware.mac_array.rows * hardware.mac_array.columns;
      EXPECT_GE(model::simulate(program, {}, options).total_cycles, macs / array);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Workloads, ShippedTopologies, testing::ValuesIn(yaml_files("workloads")),
                         [](const testing::TestParamInfo<std::string>& info) {
                           return info.param.substr(0, info.param.size() - 5);
                         });

}  // namespace
}  // namespace npusim
