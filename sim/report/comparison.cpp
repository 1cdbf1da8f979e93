// SPDX-License-Identifier: Apache-2.0
#include "sim/report/comparison.h"

#include <nlohmann/json.hpp>

#include "sim/report/json_sections.h"

namespace npusim::report {
namespace {

using nlohmann::json;  // keeps its keys sorted

template <typename T>
json text_or_null(const T& text) {
  return text.empty() ? json(nullptr) : json(text);
}

/// Every key is there in every row; what is not known is null.
json row_json(const ComparisonRow& row) {
  const auto accuracy = [&](double RowAccuracy::*value) {
    return row.accuracy ? json((*row.accuracy).*value) : json(nullptr);
  };
  const auto weights = [&](double RowWeights::*value) {
    return row.weights ? json((*row.weights).*value) : json(nullptr);
  };
  const auto cost = [&](std::int64_t RowCost::*value) {
    return row.cost ? json((*row.cost).*value) : json(nullptr);
  };
  return {{"scheme", row.scheme},
          {"symmetric", row.symmetric},
          {"field_bits", row.field_bits},
          {"rule", text_or_null(row.rule)},
          {"bias_correction", row.bias_correction},
          {"equalization", row.equalization},
          {"refused", text_or_null(row.refused)},
          {"top1", accuracy(&RowAccuracy::top1)},
          {"top5", accuracy(&RowAccuracy::top5)},
          {"difference", accuracy(&RowAccuracy::difference)},
          {"difference_se", accuracy(&RowAccuracy::difference_se)},
          {"agreement_top1", accuracy(&RowAccuracy::agreement_top1)},
          {"sqnr_db_mean", weights(&RowWeights::sqnr_db_mean)},
          {"sqnr_db_worst", weights(&RowWeights::sqnr_db_worst)},
          {"parameter_bytes", cost(&RowCost::parameter_bytes)},
          {"safe_accumulator_bits", cost(&RowCost::safe_accumulator_bits)},
          {"cycles", cost(&RowCost::cycles)},
          {"mismatched_values", cost(&RowCost::mismatched_values)}};
}

}  // namespace

std::string to_json(const Comparison& comparison) {
  json rows = json::array();
  for (const ComparisonRow& row : comparison.rows) rows.push_back(row_json(row));
  json document = {
      {"schema_version", kSchemaVersion},
      {"workload", {{"name", comparison.workload.name}, {"images", comparison.workload.images}}},
      {"hardware", hardware_json(comparison.hardware)},
      {"rows", rows},
      {"host", host_json(comparison.host)}};
  if (comparison.accuracy_not_measured.empty()) {
    document["accuracy"] = {{"images", comparison.accuracy_images}};
  } else {
    document["accuracy_not_measured"] = comparison.accuracy_not_measured;
  }
  if (comparison.skipped) {
    document["accuracy"]["skipped_images"] = comparison.skipped->images;
    document["accuracy"]["skipped_names"] = comparison.skipped->names;
  }
  if (!comparison.notes.empty()) document["notes"] = comparison.notes;
  // Names come from models: bytes that are no UTF-8 must not end the run.
  return document.dump(2, ' ', false, json::error_handler_t::replace) + '\n';
}

}  // namespace npusim::report
