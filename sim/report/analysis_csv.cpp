// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "sim/report/analysis.h"

namespace npusim::report {
namespace {

constexpr std::size_t kShifts = 16;

/// Quoted where a comma, quote or line end asks for it.
std::string field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

std::string number_cell(const std::optional<double>& value) {
  return value ? fmt::format("{}", *value) : "";
}

std::string header(bool with_top1) {
  std::string names =
      "layer,kind,channels,live_channels,lost_channels,weight_bits,channel_range_spread_ratio,"
      "channel_range_spread_octaves,channel_range_full_octaves,weight_sqnr_db,"
      "weight_sqnr_worst_db";
  for (std::size_t shift = 0; shift < kShifts; ++shift)
    names += fmt::format(",shift_{}_channels", shift);
  names += ",output_sqnr_db,network_sqnr_alone_db";
  if (with_top1) names += ",top1_loss_alone_fraction,top1_loss_alone_se_fraction";
  return names + '\n';
}

std::string weights_fields(const AnalyzedWeights& weights) {
  std::string fields = fmt::format(
      "{},{},{},{},{},{},{},{},{}", weights.channels, weights.live_channels, weights.lost_channels,
      weights.bits, number_cell(weights.range_spread), number_cell(weights.range_spread_octaves),
      number_cell(weights.range_full_octaves), number_cell(weights.sqnr_db),
      number_cell(weights.worst_sqnr_db));
  for (std::size_t shift = 0; shift < kShifts; ++shift) {
    fields += ',';
    if (!weights.shift_histogram.empty())
      fields += fmt::format("{}", weights.shift_histogram.at(shift));
  }
  return fields;
}

}  // namespace

std::string to_csv(const Analysis& analysis) {
  const bool with_top1 = analysis.float_top1.has_value();
  constexpr std::size_t kWeightsCommas = 8 + kShifts;
  std::string csv = header(with_top1);
  for (const AnalyzedLayer& layer : analysis.layers) {
    csv += field(layer.name) + ',' + layer.kind + ',';
    csv += layer.weights ? weights_fields(*layer.weights) : std::string(kWeightsCommas, ',');
    csv += fmt::format(",{},{}", layer.output_sqnr_db, layer.network_sqnr_alone_db);
    if (with_top1) {
      csv += ',';
      if (layer.top1_loss_alone) {
        csv += fmt::format("{},{}", layer.top1_loss_alone->fraction,
                           layer.top1_loss_alone->standard_error);
      } else {
        csv += ',';
      }
    }
    csv += '\n';
  }
  return csv;
}

}  // namespace npusim::report
