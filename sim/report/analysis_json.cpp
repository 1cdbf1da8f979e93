// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "sim/report/analysis.h"
#include "sim/report/json_sections.h"

namespace npusim::report {
namespace {

using nlohmann::json;  // keeps its keys sorted

json number_or_null(const std::optional<double>& value) {
  return value ? json(*value) : json(nullptr);
}

json analyzed_layer_json(const AnalyzedLayer& layer) {
  const AnalyzedWeights weights = layer.weights.value_or(AnalyzedWeights{});
  json result = {{"name", layer.name},
                 {"kind", layer.kind},
                 {"channel_range_spread", number_or_null(weights.range_spread)},
                 {"channel_range_spread_octaves", number_or_null(weights.range_spread_octaves)},
                 {"channel_range_full_octaves", number_or_null(weights.range_full_octaves)},
                 {"shift_histogram", nullptr},
                 {"weight_sqnr_db", number_or_null(weights.sqnr_db)},
                 {"weight_sqnr_worst_db", number_or_null(weights.worst_sqnr_db)},
                 {"output_sqnr_db", layer.output_sqnr_db},
                 {"network_sqnr_alone_db", layer.network_sqnr_alone_db},
                 {"top1_loss_alone", nullptr},
                 {"top1_loss_alone_se", nullptr},
                 {"channels", nullptr},
                 {"live_channels", nullptr},
                 {"lost_channels", nullptr},
                 {"weight_bits", nullptr}};
  if (layer.weights) {
    result["channels"] = weights.channels;
    result["live_channels"] = weights.live_channels;
    result["lost_channels"] = weights.lost_channels;
    result["weight_bits"] = weights.bits;
    if (!weights.shift_histogram.empty()) result["shift_histogram"] = weights.shift_histogram;
  }
  if (layer.top1_loss_alone) {
    result["top1_loss_alone"] = layer.top1_loss_alone->fraction;
    result["top1_loss_alone_se"] = layer.top1_loss_alone->standard_error;
  }
  return result;
}

json float_accuracy_json(const Analysis& analysis) {
  const auto share = [&](std::int64_t right) {
    return static_cast<double>(right) / static_cast<double>(analysis.images);
  };
  return {{"images", analysis.images},
          {"float_top1", share(*analysis.float_top1)},
          {"quantized_top1", share(*analysis.quantized_top1)}};
}

}  // namespace

std::string to_json(const Analysis& analysis) {
  const auto name = [&](const std::optional<std::size_t>& layer) {
    return layer ? json(analysis.layers.at(*layer).name) : json(nullptr);
  };
  json document = {
      {"schema_version", kSchemaVersion},
      {"workload", {{"name", analysis.workload.name}, {"images", analysis.workload.images}}},
      {"hardware", hardware_json(analysis.hardware)},
      {"quantization", quantization_json(analysis.quantization)},
      {"images",
       {{"shown", analysis.images}, {"of", analysis.images_total}, {"from", analysis.images_of}}},
      {"threshold_db", analysis.threshold_db},
      {"first_divergent_layer", name(analysis.first_divergent_layer())},
      {"most_sensitive_layer", name(analysis.most_sensitive_layer())},
      {"widest_layer", name(analysis.widest_layer())},
      {"host", host_json(analysis.host)}};
  if (analysis.float_top1) document["accuracy"] = float_accuracy_json(analysis);
  if (!analysis.notes.empty()) document["notes"] = analysis.notes;
  json& layers = document["layers"] = json::array();
  for (const AnalyzedLayer& layer : analysis.layers) layers.push_back(analyzed_layer_json(layer));
  // Names come from models: bytes that are no UTF-8 must not end the run.
  return document.dump(2, ' ', false, json::error_handler_t::replace) + '\n';
}

}  // namespace npusim::report
