// SPDX-License-Identifier: Apache-2.0
// `npusim list workloads`: every run file, also one that cannot be read.
#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "sim/base/errors.h"
#include "sim/cli/catalogue.h"
#include "sim/cli/listings.h"
#include "sim/cli/run_flags.h"
#include "sim/cli/table.h"

namespace npusim::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;  // keeps its keys sorted

config::RunConfig read(const CatalogueEntry& entry, const config::SearchFolders& folders) {
  return config::read_run_config(entry.path.string(), {}, kOnlyLook, folders);
}

bool is_missing(const fs::path& model) {
  std::error_code unreadable;
  return !fs::exists(model, unreadable);
}

const char* model_kind(const config::RunConfig& run) {
  if (run.topology) return "layers";
  return run.model.empty() ? "none" : "onnx";
}

std::string network_or_topology_text(const config::RunConfig& run) {
  if (run.topology && run.model.empty()) return "layers";
  if (run.model.empty()) return "needs --model";
  return (is_missing(run.model) ? "missing: " : "") + run.model.filename().string();
}

/// Height, width and channels of every input; empty where the run file does not say.
std::vector<std::array<std::int64_t, 3>> inputs(const config::RunConfig& run) {
  if (!run.topology && run.input.size == 0) return {};
  if (!run.topology) return {{run.input.size, run.input.size, 3}};
  std::vector<std::array<std::int64_t, 3>> shapes;
  for (const config::TopologyLayer& layer : run.topology->layers) {
    if (layer.kind == config::LayerKind::input)
      shapes.push_back({layer.input.height, layer.input.width, layer.channels});
  }
  return shapes;
}

std::string inputs_text(const config::RunConfig& run) {
  std::string text;
  for (const auto& [height, width, channels] : inputs(run))
    text += fmt::format("{}{}x{}x{}", text.empty() ? "" : ", ", height, width, channels);
  return text.empty() ? "the network's" : text;
}

}  // namespace

std::string workloads_text(const config::SearchFolders& folders, bool colour) {
  Table table({{"name", ColumnKind::name}, {"network"}, {"input"}, {"hardware", ColumnKind::name}});
  for (const CatalogueEntry& entry : catalogue(FileKind::run_file, folders)) {
    try {
      const config::RunConfig run = read(entry, folders);
      table.add({entry.name, network_or_topology_text(run), inputs_text(run),
                 run.hardware.name.empty() ? "none" : run.hardware.name});
    } catch (const base::InputError& error) {
      table.add_refused(entry.name, error);
    }
  }
  return bold("Workloads", colour) + " (run with: npusim run NAME; details: npusim show NAME)\n" +
         table.text(colour) + "  input: height x width x channels\n";
}

void workloads_json(json& document, const config::SearchFolders& folders) {
  json& result = document["workloads"] = json::array();
  for (const CatalogueEntry& entry : catalogue(FileKind::run_file, folders)) {
    json row;
    try {
      const config::RunConfig run = read(entry, folders);
      row["model"] = run.model.empty() ? json() : json(run.model.string());
      row["model_kind"] = model_kind(run);
      row["inputs"] = inputs(run);
      row["hardware"] = run.hardware.name.empty() ? json() : json(run.hardware.name);
      row["scheme"] = run.quantization.scheme;
    } catch (const base::InputError& error) {
      row["errors"] = error.messages();
    }
    row["name"] = entry.name;
    row["path"] = entry.path.string();
    result.push_back(row);
  }
}

}  // namespace npusim::cli
