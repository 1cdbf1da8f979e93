// SPDX-License-Identifier: Apache-2.0
#include "frontend/quantize/scheme.h"

#include <algorithm>
#include <utility>

#include "frontend/quantize/choices.h"
#include "frontend/quantize/weight_codes.h"
#include "sim/base/errors.h"
#include "sim/base/math.h"
#include "sim/base/parallel.h"

namespace npusim::quantize {

namespace {

// The one list of schemes: names, summaries and constructors.
struct Schemes {
  std::vector<SchemeEntry> entries;
  std::vector<std::string> names;
  void add(SchemeEntry entry) {
    names.push_back(entry.name);
    entries.push_back(std::move(entry));
  }
};

Schemes& schemes() {
  static Schemes list = [] {
    Schemes own;
    own.add({"per_layer", "one scale for all weights of a layer", [](const SchemeOptions& options) {
               return options.symmetric ? make_per_layer() : make_asymmetric_per_layer();
             }});
    own.add({"shift_scaler",
             "one scale per layer, and a binary shift of field_bits bits per output channel",
             [](const SchemeOptions& options) {
               return make_shift_scaler(options.field_bits, options.rule);
             }});
    own.add({"per_channel", "one scale per output channel",
             [](const SchemeOptions&) { return make_per_channel(); }});
    return own;
  }();
  return list;
}

const SchemeEntry& entry_of(std::string_view name) {
  for (const SchemeEntry& entry : schemes().entries) {
    if (entry.name == name) return entry;
  }
  throw unknown_choice("quantization.scheme", name, scheme_names());
}

}  // namespace

void add_scheme(SchemeEntry entry) { schemes().add(std::move(entry)); }

const std::vector<std::string>& scheme_names() { return schemes().names; }

std::string_view scheme_summary(std::string_view name) { return entry_of(name).summary; }

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
  std::unique_ptr<WeightScheme> scheme = entry_of(options.scheme).make(options);
  if (!options.symmetric && !scheme->has_zero_point()) {
    throw base::InputError(base::refusal(
        "", "quantization.symmetric", "false",
        "true with scheme " + options.scheme + " (only per_layer has a weight zero point)"));
  }
  return scheme;
}

std::int64_t channels_per_block(const WeightMatrix& weights) {
  constexpr std::int64_t kBlockWeights = std::int64_t{1} << 17;
  return std::max<std::int64_t>(1, kBlockWeights / std::max<std::int64_t>(1, weights.per_channel));
}

void for_each_channel(const WeightMatrix& weights,
                      const std::function<void(std::int64_t channel)>& work) {
  const std::int64_t step = channels_per_block(weights);
  base::parallel_for(base::ceil_div(weights.channels, step), weights.threads, [&](std::int64_t b) {
    const std::int64_t end = std::min(weights.channels, (b + 1) * step);
    for (std::int64_t c = b * step; c < end; ++c) work(c);
  });
}

std::vector<double> channel_maxima(const WeightMatrix& weights) {
  std::vector<double> maxima(static_cast<std::size_t>(weights.channels));
  for_each_channel(weights, [&](std::int64_t c) {
    maxima[static_cast<std::size_t>(c)] =
        static_cast<double>(largest_magnitude(weights.row(c), weights.per_channel));
  });
  return maxima;
}

}  // namespace npusim::quantize
