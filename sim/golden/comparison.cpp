// SPDX-License-Identifier: Apache-2.0
#include "sim/golden/comparison.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

namespace npusim::golden {
namespace {

using report::ChangeKind;

/// What may differ in any way.
class Allowed {
 public:
  explicit Allowed(const std::vector<Tolerance>& tolerances) {
    for (const Tolerance& tolerance : tolerances) {
      if (tolerance.any) patterns_.push_back(tolerance.path);
    }
  }
  bool operator()(const std::string& path) const {
    return std::any_of(patterns_.begin(), patterns_.end(), [&](const std::string& pattern) {
      return report::matches_pattern(pattern, path);
    });
  }

 private:
  std::vector<std::string> patterns_;
};

std::vector<report::Tolerance> numeric(const std::vector<Tolerance>& tolerances) {
  std::vector<report::Tolerance> of_numbers;
  of_numbers.reserve(tolerances.size());
  for (const Tolerance& tolerance : tolerances)
    of_numbers.push_back({tolerance.path, tolerance.absolute, tolerance.relative});
  return of_numbers;
}

report::Difference report_difference(const Results& golden, const Results& now,
                                     const std::vector<Tolerance>& tolerances,
                                     const Allowed& allowed) {
  report::Difference difference = report::difference(
      nlohmann::json::parse(golden.report), nlohmann::json::parse(now.report), numeric(tolerances));
  auto& changes = difference.changes;
  changes.erase(std::remove_if(changes.begin(), changes.end(),
                               [&](const report::Change& change) { return allowed(change.path); }),
                changes.end());
  return difference;
}

std::vector<SectionChange> section_changes(const Results& golden, const Results& now,
                                           const Allowed& allowed) {
  std::vector<SectionChange> changes;
  const auto find = [](const Results& results, const std::string& name) {
    return std::find_if(results.program.begin(), results.program.end(),
                        [&](const ProgramSection& section) { return section.name == name; });
  };
  for (const ProgramSection& section : now.program) {
    const auto before = find(golden, section.name);
    if (before == golden.program.end()) {
      changes.push_back({section.name, std::nullopt, section.bytes});
    } else if (before->sha256 != section.sha256 || before->bytes != section.bytes) {
      changes.push_back({section.name, before->bytes, section.bytes});
    }
  }
  for (const ProgramSection& section : golden.program) {
    if (find(now, section.name) == now.program.end())
      changes.push_back({section.name, section.bytes, std::nullopt});
  }
  const auto is_allowed = [&](const SectionChange& each) {
    return allowed("program." + each.name);
  };
  changes.erase(std::remove_if(changes.begin(), changes.end(), is_allowed), changes.end());
  return changes;
}

TensorChange tensor_change(const LayerResult& layer, std::size_t image, const TensorResult& before,
                           std::int64_t values_before, const TensorResult& after) {
  TensorChange change;
  change.layer = layer.name;
  change.kind = layer.kind;
  change.image = image;
  const auto mean = [](std::int64_t sum, std::int64_t values) {
    return values == 0 ? 0 : static_cast<double>(sum) / static_cast<double>(values);
  };
  change.mean_before = mean(before.sum, values_before);
  change.mean_after = mean(after.sum, layer.values);
  change.rms_before = std::sqrt(mean(before.sum_of_squares, values_before));
  change.rms_after = std::sqrt(mean(after.sum_of_squares, layer.values));
  return change;
}

void compare_layer(const LayerResult& before, const LayerResult& after, const Allowed& allowed,
                   Comparison& comparison) {
  const std::string path = "layers." + after.name + '.';
  const auto note = [&](const std::string& was, const std::string& is, const char* what,
                        std::vector<std::string>& layers) {
    if (was != is && !allowed(path + what)) layers.push_back(after.name);
  };
  note(before.network, after.network, "network", comparison.network);
  note(before.weights, after.weights, "weights", comparison.weights);
  note(before.parameters, after.parameters, "parameters", comparison.parameters);

  if (allowed(path + "tensor")) return;
  if (before.tensors.size() != after.tensors.size()) comparison.images_differ = true;
  const std::size_t images = std::min(before.tensors.size(), after.tensors.size());
  auto& changed = after.kind == "input" ? comparison.inputs : comparison.tensors;
  for (std::size_t image = 0; image < images; ++image) {
    if (before.tensors[image].sha256 != after.tensors[image].sha256) {
      changed.push_back(
          tensor_change(after, image, before.tensors[image], before.values, after.tensors[image]));
    }
  }
}

bool has_kind(const report::Difference& difference, ChangeKind kind) {
  return std::any_of(difference.changes.begin(), difference.changes.end(),
                     [&](const report::Change& change) { return change.kind == kind; });
}

}  // namespace

double TensorChange::least_distance() const {
  return std::max(std::abs(mean_after - mean_before), std::abs(rms_after - rms_before));
}

std::vector<SectionChange> Comparison::program_itself() const {
  const bool configured = has_kind(report, ChangeKind::configuration);
  const auto is_hardware = [](const SectionChange& change) {
    return change.name == kHardwareOfProgram || change.name == kHardwareTimings;
  };
  const auto is_whole = [](const SectionChange& change) { return change.name == kWholeProgram; };
  std::vector<SectionChange> changes = program;
  if (configured)
    changes.erase(std::remove_if(changes.begin(), changes.end(), is_hardware), changes.end());
  if (configured || !std::all_of(changes.begin(), changes.end(), is_whole))
    changes.erase(std::remove_if(changes.begin(), changes.end(), is_whole), changes.end());
  return changes;
}

std::vector<std::string> Comparison::moved() const {
  const auto in_report = [&](ChangeKind kind) { return has_kind(report, kind); };
  const bool other_layers = !layers_gone.empty() || !layers_new.empty();
  const std::vector<std::pair<const char*, bool>> all = {
      {"configuration", in_report(ChangeKind::configuration)},
      {"network", !network.empty() || other_layers},
      {"input", !inputs.empty()},
      {"weights", !weights.empty()},
      {"parameters", !parameters.empty()},
      {"program", !program_itself().empty() || in_report(ChangeKind::program)},
      {"values", !tensors.empty() || images_differ || in_report(ChangeKind::values)},
      {"accuracy", in_report(ChangeKind::accuracy)},
      {"cycles", in_report(ChangeKind::cycles)},
      {"footprint", in_report(ChangeKind::footprint)},
      {"energy", in_report(ChangeKind::energy)},
      {"other", in_report(ChangeKind::other)}};
  std::vector<std::string> names;
  for (const auto& [name, is_moved] : all) {
    if (is_moved) names.emplace_back(name);
  }
  return names;
}

Comparison compare(const Results& golden, const Results& now,
                   const std::vector<Tolerance>& tolerances) {
  const Allowed allowed(tolerances);
  Comparison comparison;
  comparison.report = report_difference(golden, now, tolerances, allowed);
  comparison.program = section_changes(golden, now, allowed);

  std::map<std::string, const LayerResult*> before;
  for (const LayerResult& layer : golden.layers) before[layer.name] = &layer;
  for (const LayerResult& layer : now.layers) {
    const auto found = before.find(layer.name);
    if (found == before.end()) {
      if (!allowed("layers." + layer.name)) comparison.layers_new.push_back(layer.name);
      continue;
    }
    if (layer.kind != "input") ++comparison.layers;
    compare_layer(*found->second, layer, allowed, comparison);
    before.erase(found);
  }
  for (const LayerResult& layer : golden.layers) {
    if (before.count(layer.name) != 0 && !allowed("layers." + layer.name))
      comparison.layers_gone.push_back(layer.name);
  }
  return comparison;
}

}  // namespace npusim::golden
