// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/metrics.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "sim/base/nearest.h"

namespace npusim::sweep {
namespace {

using nlohmann::json;
using Metrics = std::vector<std::pair<std::string, double>>;

void collect(const json& value, const std::string& path, Metrics& metrics) {
  if (value.is_number()) {
    metrics.emplace_back(path, value.get<double>());
  } else if (value.is_object()) {
    for (const auto& [key, child] : value.items())
      collect(child, std::string(path).append(".").append(key), metrics);
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i)
      collect(value[i], std::string(path).append(".").append(std::to_string(i)), metrics);
  }
}

}  // namespace

Metrics metrics_of(std::string_view record_json, const std::string& name) {
  const json record = json::parse(record_json, nullptr, /*allow_exceptions=*/false);
  if (!record.is_object()) {
    throw base::InputError(
        base::refusal(name, "record", "no JSON object", "the report of a run, whole"));
  }
  Metrics metrics;
  for (const auto& [key, value] : record.items()) {
    const bool is_result =
        key != "layers" && key != "host" && key != "schema_version" && key != "configuration";
    if (is_result) collect(value, key, metrics);
  }
  std::sort(metrics.begin(), metrics.end());
  return metrics;
}

std::string metric_text(double value) {
  return std::isnan(value) ? "" : to_text(Value::of_number(value));
}

void check_metric_names(const SweepConfig& config, const std::vector<std::string>& known) {
  std::vector<std::string> names;
  for (const Axis& axis : config.axes) names.push_back(axis.key);
  for (const Derived& derived : config.derived) names.push_back(derived.key);
  names.insert(names.end(), known.begin(), known.end());
  base::ErrorList errors;
  const auto check = [&](const std::string& name, const std::string& place,
                         const std::string& key) {
    if (std::find(names.begin(), names.end(), name) != names.end()) return;
    errors.add(place, key, name,
               "a number of the record (run --json), such as cycles.total, or an axis" +
                   base::did_you_mean(name, names));
  };
  for (const Objective& objective : config.objectives) {
    check(objective.metric, objective.place,
          objective.maximise ? "objectives.maximise" : "objectives.minimise");
  }
  for (const Expression& constraint : config.constraints) {
    for (const std::string& name : constraint.names())
      check(name, constraint.place(), constraint.key());
  }
  errors.throw_if_any();
}

}  // namespace npusim::sweep
