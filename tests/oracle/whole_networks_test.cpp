// SPDX-License-Identifier: Apache-2.0
// The machine and the tick oracle agree in every figure of timing, on whole shipped networks, each
// on every shipped hardware file and on variants that bring out other waits. With LONG_TESTS: all
// that ship.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "frontend/compile/compile.h"
#include "frontend/compile/pipeline.h"
#include "sim/base/errors.h"
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

std::vector<std::string> yaml_stems(const char* folder) {
  std::vector<std::string> stems;
  for (const auto& entry : std::filesystem::directory_iterator(test::source_dir() / folder)) {
    if (entry.path().extension() == ".yaml") stems.push_back(entry.path().stem().string());
  }
  std::sort(stems.begin(), stems.end());
  return stems;
}

HardwareConfig hardware(const std::string& name, const std::vector<std::string>& changes) {
  base::ErrorList errors;
  std::vector<config::Override> overrides;
  overrides.reserve(changes.size());
  for (const std::string& change : changes) {
    overrides.push_back(config::parse_set_argument(change, errors));
  }
  return config::read_hardware_config(test::source_dir() / "configs" / (name + ".yaml"), overrides);
}

std::vector<NamedHardware> machines() {
  std::vector<NamedHardware> all;
  for (const std::string& name : yaml_stems("configs")) all.push_back({name, hardware(name, {})});
  const auto variant = [&](const std::string& name, const std::vector<std::string>& changes) {
    std::string text = name;
    for (const std::string& change : changes) text += ", " + change;
    all.push_back({text, hardware(name, changes)});
  };
  variant("npu_32x32", {"mac_array.overlap_weight_load=false"});
  variant("npu_32x32", {"activation_scratchpad.ports=2", "weight_scratchpad.ports=2"});
  variant("npu_64x64",
          {"queue_depths.dma_in=1", "queue_depths.dma_weights=2", "queue_depths.mac_array=1",
           "queue_depths.requantization=1", "dma.outstanding_requests=2"});
  variant("npu_32x32", {"mac_array.dataflow=output_stationary"});
  variant("npu_64x64", {"mac_array.dataflow=output_stationary", "mac_array.overlap_drain=false",
                        "mac_array.overlap_weight_load=false"});
  variant("npu_32x32", {"mac_array.depthwise_pixels=3", "dram.part=lpddr4_3200"});
  variant("npu_128x128_server", {"dram.part=hbm2", "dram.timing.interleave_bytes=1024"});
  variant("npu_64x64", {"dram.part=ddr4_2400", "dram.timing.interleave_bytes=512",
                        "dram.timing.address_mapping=row_column_bank_channel",
                        "dram.other_masters.share_percent=20", "dram.other_masters.pattern=bursty",
                        "dram.other_masters.burst_requests=8", "dram.other_masters.seed=1"});
  variant("npu_32x32",
          {"dram.other_masters.share_percent=25", "dram.other_masters.pattern=constant"});
  variant("npu_32x32",
          {"activation_scratchpad.protection=secded", "weight_scratchpad.protection=secded"});
  variant("npu_64x32_nvdla", {"activation_scratchpad.protection=parity",
                              "activation_scratchpad.protected_word_bits=128",
                              "mac_array.dataflow=output_stationary"});
  return all;
}

#ifdef NPUSIM_SANITIZED_TESTS
std::vector<std::string> networks() { return {"mobilenet"}; }
#else
bool ships(const std::string& workload) {
  std::ifstream stream(test::source_dir() / "workloads" / (workload + ".yaml"));
  const std::string text(std::istreambuf_iterator<char>(stream), {});
  return text.find("\nmodel: null") == std::string::npos;
}

std::vector<std::string> networks() {
  if (std::getenv("LONG_TESTS") == nullptr) {
    return {"mobilenet", "mobilenet_v1_224", "mobilenet_v2_224", "resnet18_224"};
  }
  std::vector<std::string> all = yaml_stems("workloads");
  all.erase(std::remove_if(all.begin(), all.end(), [](const auto& w) { return !ships(w); }),
            all.end());
  return all;
}
#endif

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

INSTANTIATE_TEST_SUITE_P(Shipped, WholeNetworks, testing::ValuesIn(networks()),
                         [](const testing::TestParamInfo<std::string>& info) {
                           return info.param;
                         });

}  // namespace
}  // namespace npusim
