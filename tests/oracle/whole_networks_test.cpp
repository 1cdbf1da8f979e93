// SPDX-License-Identifier: Apache-2.0
// The machine and the tick oracle agree in every figure of timing, on whole shipped networks, each
// on every shipped hardware file and on variants that bring out other waits.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "frontend/compile/compile.h"
#include "frontend/compile/pipeline.h"
#include "sim/config/hardware_reader.h"
#include "sim/config/run_config.h"
#include "sim/model/simulate.h"
#include "tests/oracle/oracle.h"
#include "tests/support/support.h"

namespace npusim {
namespace {

using config::HardwareConfig;

struct NamedHardware {
  std::string name;
  HardwareConfig hardware;
};

std::vector<NamedHardware> machines() {
  std::vector<NamedHardware> all;
  for (const auto& entry : std::filesystem::directory_iterator(test::source_dir() / "configs")) {
    if (entry.path().extension() != ".yaml") continue;
    all.push_back(
        {entry.path().stem().string(), config::read_hardware_config(entry.path().string())});
  }
  std::sort(all.begin(), all.end(),
            [](const NamedHardware& a, const NamedHardware& b) { return a.name < b.name; });
  const auto variant = [&](const std::string& base, const std::string& what,
                           const std::function<void(HardwareConfig&)>& change) {
    HardwareConfig hardware =
        config::read_hardware_config((test::source_dir() / "configs" / (base + ".yaml")).string());
    change(hardware);
    all.push_back({base + ", " + what, hardware});
  };
  variant("npu_32x32", "weights not overlapped",
          [](HardwareConfig& h) { h.mac_array.overlap_weight_load = false; });
  variant("npu_32x32", "two ports", [](HardwareConfig& h) {
    h.activation_scratchpad.ports = 2;
    h.weight_scratchpad.ports = 2;
  });
  variant("npu_32x32", "queues of one, two requests, slow DRAM", [](HardwareConfig& h) {
    h.queue_depths = {1, 1, 1, 1, 1, 1, 1};
    h.dma.outstanding_requests = 2;
    h.dram.bandwidth_bytes_per_second /= 4;
  });
  return all;
}

class WholeNetworks : public testing::TestWithParam<std::string> {};

TEST_P(WholeNetworks, MachineAndOracleAgree) {
  const config::RunConfig run = config::read_run_config(
      (test::source_dir() / "workloads" / (GetParam() + ".yaml")).string(), {}, {},
      {{test::source_dir() / "workloads"}, {test::source_dir() / "configs"}});
  compile::Pipeline pipeline(run, 2);
  const graph::QuantizedGraph& graph = pipeline.quantized("shift_scaler").graph;
  model::SimulationOptions options;
  options.timing_only = true;
  std::int64_t cases = 0, cycles = 0;
  for (const NamedHardware& machine : machines()) {
    SCOPED_TRACE(machine.name);
    const isa::Program program = compile::compile(graph, machine.hardware, {});
    const stats::SimulationResult result = model::simulate(program, {}, options);
    const stats::SimulationResult wanted = oracle::run(program, 4 * result.total_cycles);
    EXPECT_EQ(oracle::differences(program, result, wanted), std::vector<std::string>{});
    ++cases;
    cycles += wanted.total_cycles;
  }
  std::cout << cases << " cases, " << cycles << " cycles\n";
}

#ifdef NPUSIM_SANITIZED_TESTS
const std::vector<std::string> kNetworks = {"mobilenet"};
#else
const std::vector<std::string> kNetworks = {"mobilenet", "mobilenet_v1_224", "mobilenet_v2_224",
                                            "resnet18_224"};
#endif

INSTANTIATE_TEST_SUITE_P(Shipped, WholeNetworks, testing::ValuesIn(kNetworks),
                         [](const testing::TestParamInfo<std::string>& info) {
                           return info.param;
                         });

}  // namespace
}  // namespace npusim
