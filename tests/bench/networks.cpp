// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/networks.h"

#include <cstdlib>
#include <filesystem>
#include <map>

#include "frontend/compile/compile.h"
#include "frontend/compile/pipeline.h"
#include "sim/base/errors.h"
#include "sim/config/hardware_reader.h"
#include "sim/config/run_config.h"

namespace npusim::bench {
namespace {

const std::filesystem::path kSource = NPUSIM_SOURCE_DIR;

std::filesystem::path assets() {
  const char* folder = std::getenv("NPUSIM_ASSETS");
  return folder == nullptr ? "" : folder;
}

config::RunConfig run_of(const std::string& name) {
  const config::SearchFolders folders{{kSource / "workloads", kSource / "tests/bench"},
                                      {kSource / "configs"}};
  config::RunNeeds needs;
  needs.dataset = false;
  if (name != kTrained) return config::read_run_config(name + ".yaml", {}, needs, folders);
  config::RunFlags flags;
  flags.model = assets() / "models" / (name + ".onnx");
  flags.calibration = assets() / "imagenet/calibration";
  flags.set = {"calibration.images=16"};
  return config::read_run_config("imagenet_mobilenet_v1.yaml", flags, needs, folders);
}

Network make(const std::string& name) {
  compile::Pipeline pipeline(run_of(name), 2);
  Network network;
  network.graph = pipeline.quantized("shift_scaler").graph;
  network.metadata = pipeline.metadata(pipeline.choice("shift_scaler"));
  network.program = compile::compile(network.graph, hardware(), network.metadata);
  const auto elements =
      static_cast<std::size_t>(network.program.tensors.at(network.program.inputs.at(0)).elements());
  for (std::size_t i = 0; i < elements; ++i) {
    network.input.push_back(static_cast<std::int8_t>(static_cast<int>(i * 37 % 256) - 128));
  }
  return network;
}

}  // namespace

bool has_trained() { return !assets().empty(); }

const Network& network(const std::string& name) {
  static std::map<std::string, Network> kept;
  const auto found = kept.find(name);
  return found != kept.end() ? found->second : kept.emplace(name, make(name)).first->second;
}

config::HardwareConfig hardware(const std::vector<std::string>& changes) {
  base::ErrorList errors;
  std::vector<config::Override> overrides;
  overrides.reserve(changes.size());
  for (const std::string& change : changes) {
    overrides.push_back(config::parse_set_argument(change, errors));
  }
  return config::read_hardware_config(kSource / "configs/npu_32x32.yaml", overrides);
}

}  // namespace npusim::bench
