// SPDX-License-Identifier: Apache-2.0
#include "frontend/quantize/scheme.h"

#include <algorithm>
#include <cmath>

#include "frontend/quantize/choices.h"
#include "sim/base/errors.h"

namespace npusim::quantize {

const std::vector<std::string>& scheme_names() {
  static const std::vector<std::string> names = {"per_layer", "shift_scaler", "per_channel"};
  return names;
}

std::string_view scheme_summary(std::string_view name) {
  if (name == "per_layer") return "one scale for all weights of a layer";
  if (name == "shift_scaler")
    return "one scale per layer, and a binary shift of field_bits bits per output channel";
  if (name == "per_channel") return "one scale per output channel";
  throw unknown_choice("quantization.scheme", name, scheme_names());
}

const std::vector<std::string>& shift_rule_names() {
  static const std::vector<std::string> names = {"floor", "octave"};
  return names;
}

const std::string& shift_rule_name(ShiftRule rule) {
  return shift_rule_names().at(static_cast<std::size_t>(rule));
}

ShiftRule parse_shift_rule(std::string_view name) {
  const std::vector<std::string>& names = shift_rule_names();
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<ShiftRule>(i);
  }
  throw unknown_choice("quantization.rule", name, names);
}

std::unique_ptr<WeightScheme> make_scheme(const SchemeOptions& options) {
  if (options.scheme == "per_layer")
    return options.symmetric ? make_per_layer() : make_asymmetric_per_layer();
  const auto& names = scheme_names();
  if (!options.symmetric && std::find(names.begin(), names.end(), options.scheme) != names.end()) {
    throw base::InputError(base::refusal(
        "", "quantization.symmetric", "false",
        "true with scheme " + options.scheme + " (only per_layer has a weight zero point)"));
  }
  if (options.scheme == "per_channel") return make_per_channel();
  if (options.scheme == "shift_scaler") return make_shift_scaler(options.field_bits, options.rule);
  throw unknown_choice("quantization.scheme", options.scheme, scheme_names());
}

std::vector<double> channel_maxima(const WeightMatrix& weights) {
  std::vector<double> maxima(static_cast<std::size_t>(weights.channels));
  for (std::int64_t c = 0; c < weights.channels; ++c) {
    const float* row = weights.row(c);
    float largest = 0;
    for (std::int64_t k = 0; k < weights.per_channel; ++k) {
      const float magnitude = std::fabs(row[k]);
      largest = magnitude > largest ? magnitude : largest;
    }
    maxima[static_cast<std::size_t>(c)] = static_cast<double>(largest);
  }
  return maxima;
}

}  // namespace npusim::quantize
