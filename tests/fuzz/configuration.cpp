// SPDX-License-Identifier: Apache-2.0
// The YAML and CSV files that describe a run: hardware, technology, sweeps, topologies, run files.
#include <algorithm>
#include <string>
#include <vector>

#include "frontend/graph/passes.h"
#include "frontend/topology/build.h"
#include "sim/config/hardware_reader.h"
#include "sim/config/hardware_yaml.h"
#include "sim/config/run_config.h"
#include "sim/config/scale_sim_reader.h"
#include "sim/energy/technology.h"
#include "sim/sweep/space.h"
#include "sim/sweep/sweep_config.h"
#include "tests/fuzz/target.h"

namespace npusim::fuzz {
namespace {

// Weights are drawn one by one, and a grid is looked through: more of them is only slower.
constexpr std::int64_t kMostParameters = 1 << 18;
constexpr std::int64_t kMostPointsLookedThrough = 20'000;

/// Whether the weights are surely few: from above, since only building finds the shapes out.
bool is_small(const config::TopologyConfig& topology) {
  double map = 1, channels = 1, filters = 0, concatenated = 1;
  for (const config::TopologyLayer& layer : topology.layers) {
    const auto& pads = layer.window.pads;
    map *= layer.kind == config::LayerKind::input
               ? static_cast<double>(layer.input.height) * static_cast<double>(layer.input.width)
               : 1.0 + static_cast<double>(pads[0] + pads[1] + pads[2] + pads[3]);
    channels = std::max(channels, static_cast<double>(layer.channels));
    if (layer.kind == config::LayerKind::concat) {
      concatenated *= static_cast<double>(layer.inputs.size());
    }
    filters += static_cast<double>(std::max<std::int64_t>(1, layer.channels)) *
               static_cast<double>(layer.window.kernel.height) *
               static_cast<double>(layer.window.kernel.width);
  }
  return map * channels * concatenated * filters <= kMostParameters;
}

void build(const config::TopologyConfig& topology) {
  if (!is_small(topology)) return;
  accepted([&] { graph::prepare(topology::build_graph(topology, "fuzz")); });
}

config::SearchFolders shipped_folders() {
  return {{source_folder() / "workloads"}, {source_folder() / "configs"}};
}

}  // namespace

void run_hardware_yaml(std::string_view input) {
  config::HardwareConfig hardware;
  const std::string file = (source_folder() / "configs" / "fuzz.yaml").string();
  if (!accepted([&] { hardware = config::hardware_from_yaml(std::string(input), file); })) return;
  const std::string text = config::hardware_yaml(hardware);
  const config::HardwareConfig again = config::hardware_from_yaml(text, file);
  require(config::hardware_yaml(again) == text, "written hardware is read as the same");
  require(config::config_hash(again) == config::config_hash(hardware), "and has the same hash");
  const config::HardwareConfig carried = config::hardware_from_text(
      hardware.name, config::program_dependent_text(hardware), config::timing_only_text(hardware));
  require(config::config_hash(carried) == config::config_hash(hardware), "a Program carries it");
}

void run_technology_yaml(std::string_view input) {
  accepted([&] {
    const energy::Technology technology =
        energy::technology_from_yaml(std::string(input), "fuzz.yaml");
    require(energy::multiply_picojoules(technology, 8, 8) >= 0, "energies are no gain");
    require(energy::add_picojoules(technology, 32) >= 0, "energies are no gain");
    require(energy::sram_byte_picojoules(technology, 4096) >= 0, "energies are no gain");
    technology.not_counted();
  });
}

void run_topology_csv(std::string_view input) {
  const std::filesystem::path file = put_file("topology.csv", input);
  base::ErrorList errors;
  const config::TopologyConfig topology = config::read_scale_sim(file, errors);
  for (const std::string& message : errors.messages()) require(!message.empty(), "a message");
  if (errors.empty()) build(topology);
}

// Once as a command that opens files does, and once as one that only shows the run.
void run_run_yaml(std::string_view input) {
  const std::string file = put_file("run.yaml", input).string();
  config::RunNeeds needs;
  accepted([&] { config::read_run_config(file, {}, needs, shipped_folders()); });
  needs.files = false;
  needs.dataset = false;
  config::RunConfig run;
  if (!accepted([&] { run = config::read_run_config(file, {}, needs, shipped_folders()); })) return;
  if (run.topology) build(*run.topology);
}

void run_sweep_yaml(std::string_view input) {
  accepted([&] {
    sweep::SweepConfig sweep = sweep::parse_sweep_config(std::string(input), folder() / "s.yaml");
    std::int64_t grid = 1;
    for (const sweep::Axis& axis : sweep.axes) {
      grid *= static_cast<std::int64_t>(axis.values.size());
      if (grid > kMostPointsLookedThrough) return;
    }
    const sweep::Space space(sweep, [](const std::string&) { return "1"; });
    for (const std::int64_t number : space.points()) {
      const sweep::Point point = space.at(number);
      require(space.keeps(number), "a point is one that is kept");
      require(space.number_of(space.digits(number)) == number, "its digits are its number");
      space.hash(0, point);
      space.assignments(point);
    }
  });
}

}  // namespace npusim::fuzz
