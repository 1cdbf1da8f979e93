// SPDX-License-Identifier: Apache-2.0
// `npusim list schemes`: from the lists of frontend/quantize, which the runs themselves go by.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "frontend/quantize/calibrator.h"
#include "frontend/quantize/options.h"
#include "frontend/quantize/scheme.h"
#include "sim/base/errors.h"
#include "sim/cli/listings.h"
#include "sim/cli/table.h"
#include "sim/config/yaml_reader.h"

namespace npusim::cli {
namespace {

using nlohmann::json;  // keeps its keys sorted

bool is_accepted(const quantize::SchemeOptions& options) {
  try {
    return quantize::make_scheme(options) != nullptr;
  } catch (const base::InputError&) {
    return false;
  }
}

/// Whether the scheme stores a field per channel, whose width field_bits is.
bool takes_field_bits(const std::string& scheme) {
  return quantize::make_scheme({scheme, quantize::kMaxFieldBits})->field_bits() ==
         quantize::kMaxFieldBits;
}

/// Whether the scheme also comes with a zero point for weights.
bool takes_zero_point(const std::string& scheme) {
  quantize::SchemeOptions options;
  options.scheme = scheme;
  options.symmetric = false;
  return is_accepted(options);
}

/// The rules that are implemented.
std::vector<std::string> rules() {
  std::vector<std::string> names;
  for (const std::string& name : quantize::shift_rule_names()) {
    quantize::SchemeOptions options;
    options.rule = quantize::parse_shift_rule(name);
    if (is_accepted(options)) names.push_back(name);
  }
  return names;
}

std::vector<std::string> field_bit_schemes() {
  std::vector<std::string> names;
  for (const std::string& name : quantize::scheme_names()) {
    if (takes_field_bits(name)) names.push_back(name);
  }
  return names;
}

std::string item(const std::string& name, const std::string& text) {
  constexpr std::size_t kIndent = 20;
  return fmt::format("  {:<{}}{}\n", name, kIndent - 2, wrapped(text, kTerminalColumns, kIndent));
}

}  // namespace

std::string schemes_text(const config::SearchFolders&, bool colour) {
  const config::QuantizationConfig defaults;
  const auto mark = [](bool is_default) { return is_default ? " (default)" : ""; };
  std::string text = bold("Schemes", colour) + " (run with: --scheme NAME)\n";
  for (const std::string& name : quantize::scheme_names()) {
    text += item(name, std::string(quantize::scheme_summary(name)) + mark(name == defaults.scheme));
  }
  text += bold("Parameters", colour) + " (change with: --set quantization.NAME=VALUE)\n";
  text += item("field_bits", fmt::format("width of the shift of {}: 0 to {} bits (default {})",
                                         config::list_choices(field_bit_schemes()),
                                         quantize::kMaxFieldBits, defaults.field_bits));
  text += item("rule", fmt::format("how {} chooses the shift: {} (default {})",
                                   config::list_choices(field_bit_schemes()),
                                   config::list_choices(rules()), defaults.rule));
  text +=
      item("bias_correction",
           fmt::format("quantization's mean error goes into the biases: true or false (default {})",
                       defaults.bias_correction));
  text +=
      item("symmetric", fmt::format("false: the weights of per_layer get a zero point (default {})",
                                    defaults.symmetric));
  text += item("equalization",
               fmt::format("scales the channels of neighbouring layers to each other before, any "
                           "scheme: true or false (default {})",
                           defaults.equalization));
  const auto width = [](const char* what, std::int32_t least, std::int64_t usual) {
    return fmt::format("width of the codes of {}: {} to {} bits (default {})", what, least,
                       quantize::kMostBits, usual);
  };
  text += item("weight_bits", width("weights", quantize::kLeastWeightBits, defaults.weight_bits));
  text += item("activation_bits", width("activations, the input included",
                                        quantize::kLeastActivationBits, defaults.activation_bits));
  text += item("layers",
               "other choices for layers whose names match a pattern (npusim list keys); for "
               "example --set quantization.layers='[{match: \"conv_*\", weight_bits: 4}]'");
  text += bold("Calibration methods", colour) + " (change with: --set calibration.method=NAME)\n";
  for (const std::string& name : quantize::calibrator_names()) {
    text += item(name, "ranges of activations " + std::string(quantize::calibrator_summary(name)) +
                           mark(name == config::CalibrationConfig().method));
  }
  return text;
}

void schemes_json(json& document, const config::SearchFolders&) {
  const config::QuantizationConfig defaults;
  json schemes = json::array();
  for (const std::string& name : quantize::scheme_names()) {
    json parameters = {
        {"bias_correction", {{"choices", {false, true}}, {"default", defaults.bias_correction}}},
        {"equalization", {{"choices", {false, true}}, {"default", defaults.equalization}}},
        {"weight_bits",
         {{"least", quantize::kLeastWeightBits},
          {"greatest", quantize::kMostBits},
          {"default", defaults.weight_bits}}},
        {"activation_bits",
         {{"least", quantize::kLeastActivationBits},
          {"greatest", quantize::kMostBits},
          {"default", defaults.activation_bits}}}};
    if (takes_field_bits(name)) {
      parameters["field_bits"] = {
          {"least", 0}, {"greatest", quantize::kMaxFieldBits}, {"default", defaults.field_bits}};
      parameters["rule"] = {{"choices", rules()}, {"default", defaults.rule}};
    }
    if (takes_zero_point(name)) {
      parameters["symmetric"] = {{"choices", {false, true}}, {"default", defaults.symmetric}};
    }
    schemes.push_back({{"name", name},
                       {"summary", quantize::scheme_summary(name)},
                       {"default", name == defaults.scheme},
                       {"parameters", parameters}});
  }
  document["schemes"] = schemes;
  json methods = json::array();
  for (const std::string& name : quantize::calibrator_names()) {
    methods.push_back({{"name", name},
                       {"summary", quantize::calibrator_summary(name)},
                       {"default", name == config::CalibrationConfig().method}});
  }
  document["calibration_methods"] = methods;
}

}  // namespace npusim::cli
