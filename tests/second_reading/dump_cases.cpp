// SPDX-License-Identifier: Apache-2.0
// usage: dump_cases drawn OUT FIRST COUNT         drawn networks of these seeds
//        dump_cases settings OUT RUN.yaml         its network, equalized as well, under all
//        settings dump_cases defaults OUT RUN.yaml MODEL DATASET CALIBRATION   a user's, as it says
// Writes OUT/<case>/ for tests/second_reading/second_reading.py.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "frontend/compile/pipeline.h"
#include "frontend/data/dataset.h"
#include "frontend/graph/equalize.h"
#include "frontend/graph/verify.h"
#include "sim/config/run_config.h"
#include "tests/second_reading/case_writer.h"
#include "tests/support/random_network.h"

namespace npusim::test {
namespace {

using quantize::ShiftRule;

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : engine_(seed) {}
  std::int32_t integer(std::int32_t low, std::int32_t high) {
    return low + static_cast<std::int32_t>(engine_() % static_cast<std::uint64_t>(high - low + 1));
  }
  bool chance(std::int32_t percent) { return integer(0, 99) < percent; }

 private:
  std::mt19937_64 engine_;
};

/// One channel becomes all but dead, or another one times a power of two: its greatest weight then
/// meets the limit exactly.
void vary_channel(graph::Conv& conv, Draw& draw) {
  const std::size_t k = conv.weights_ohwi.size() / static_cast<std::size_t>(conv.out_channels);
  const auto greatest_channel =
      static_cast<std::size_t>(
          std::max_element(conv.weights_ohwi.begin(), conv.weights_ohwi.end(),
                           [](float a, float b) { return std::abs(a) < std::abs(b); }) -
          conv.weights_ohwi.begin()) /
      k;
  const auto channel =
      static_cast<std::size_t>(draw.integer(0, static_cast<std::int32_t>(conv.out_channels) - 1));
  if (channel == greatest_channel) return;
  const bool copy = draw.chance(50);
  const std::size_t from = copy ? greatest_channel : channel;
  const float factor = std::ldexp(1.0F, copy ? -draw.integer(1, 9) : -draw.integer(8, 28));
  for (std::size_t i = 0; i < k; ++i) {
    conv.weights_ohwi[channel * k + i] = conv.weights_ohwi[from * k + i] * factor;
  }
}

/// Further functions and limits than random_network draws, and channels that are all but dead.
void vary(graph::Graph& network, Draw& draw) {
  for (graph::Node& node : network.nodes) {
    if (auto* lookup = std::get_if<graph::Lookup>(&node.op)) {
      lookup->function = static_cast<graph::Function>(draw.integer(0, 9));
      lookup->alpha = lookup->function == graph::Function::hard_sigmoid ? 0.2 : 0.7;
      lookup->beta = lookup->function == graph::Function::hard_sigmoid ? 0.5 : 1.1;
    }
    if (!std::holds_alternative<graph::Input>(node.op) && draw.chance(8)) {
      node.activation.low = 0.125 * draw.integer(-8, 4);
      node.activation.high = node.activation.low + 0.25 * draw.integer(1, 16);
    }
    auto* conv = std::get_if<graph::Conv>(&node.op);
    if (conv != nullptr && draw.chance(40)) vary_channel(*conv, draw);
  }
}

quantize::SchemeOptions drawn_scheme(Draw& draw) {
  quantize::SchemeOptions scheme;
  const std::int32_t which = draw.integer(0, 9);
  scheme.scheme = which < 3 ? "per_layer" : which < 5 ? "per_channel" : "shift_scaler";
  scheme.field_bits = draw.integer(1, 4);
  scheme.rule = draw.chance(50) ? ShiftRule::octave : ShiftRule::floor;
  scheme.symmetric = scheme.scheme != "per_layer" || draw.chance(50);
  return scheme;
}

quantize::LayerOverride drawn_override(const graph::Graph& network, Draw& draw) {
  quantize::LayerOverride layer;
  const auto last = static_cast<std::int32_t>(network.nodes.size()) - 1;
  layer.match = network.nodes[static_cast<std::size_t>(draw.integer(1, last))].name;
  if (draw.chance(40)) layer.match = layer.match.substr(0, layer.match.find('_')) + "_*";
  if (layer.match.rfind("pool", 0) == 0) layer.match = "*";  // max pooling has nothing to say
  if (draw.chance(60)) layer.activation_bits = draw.integer(4, 8);
  // The other keys are refused where no layer that matches has weights.
  const std::string kind = layer.match.substr(0, layer.match.find('_'));
  const bool any_weights =
      std::any_of(network.nodes.begin(), network.nodes.end(), [&](const graph::Node& node) {
        return std::holds_alternative<graph::Conv>(node.op) &&
               (layer.match == "*" || node.name.rfind(kind + "_", 0) == 0);
      });
  if (!any_weights) return layer;
  const quantize::SchemeOptions scheme = drawn_scheme(draw);
  if (draw.chance(50)) {
    layer.scheme = scheme.scheme;
    layer.symmetric = scheme.symmetric;
  }
  if (draw.chance(50)) layer.field_bits = scheme.field_bits;
  if (draw.chance(50)) layer.rule = scheme.rule;
  if (draw.chance(60)) layer.weight_bits = draw.integer(2, 8);
  return layer;
}

ReadingSettings drawn_settings(const graph::Graph& network, Draw& draw) {
  ReadingSettings settings;
  settings.options.layers.scheme = drawn_scheme(draw);
  settings.options.bias_correction = draw.chance(60);
  if (draw.chance(50)) settings.options.layers.weight_bits = draw.integer(2, 8);
  if (draw.chance(40)) settings.options.layers.activation_bits = draw.integer(4, 8);
  for (std::int32_t n = draw.chance(30) ? draw.integer(1, 3) : 0; n > 0; --n) {
    settings.options.overrides.push_back(drawn_override(network, draw));
  }
  settings.limits.accumulator_bits = draw.chance(50) ? 32 : draw.integer(14, 28);
  if (draw.chance(35)) {
    settings.limits.overflow = draw.chance(50) ? graph::Overflow::saturate : graph::Overflow::wrap;
    settings.limits.accumulator_bits = draw.integer(8, 24);
  }
  settings.limits.multiplier_bits = draw.chance(50) ? 31 : 15;
  settings.limits.shift_before_multiply = draw.chance(40);
  return settings;
}

ReadingCase drawn_case(std::uint64_t seed) {
  Draw draw(seed * 0x9E3779B97F4A7C15ULL + 5);
  ReadingCase made;
  made.name = "seed " + std::to_string(seed);
  made.network = random_network(seed);
  vary(made.network, draw);
  if (draw.chance(25)) made.network = graph::equalize(std::move(made.network)).graph;
  graph::verify(made.network);
  const std::int64_t elements = made.network.nodes[0].shape.elements();
  const auto calibrator = quantize::make_calibrator("min_max");
  made.calibration = quantize::calibrate(
      made.network,
      [&](std::int64_t image) {
        return random_input(seed * 10 + static_cast<std::uint64_t>(image), elements);
      },
      2, *calibrator, 1);
  made.image = random_input(seed + 1'000'000, elements);
  const float loudness = draw.chance(75) ? 1.25F : 50.0F;  // beyond the range, or all of it so
  for (float& value : made.image) value *= loudness;
  made.settings = {drawn_settings(made.network, draw)};
  made.plain_executor = true;
  return made;
}

std::vector<ReadingSettings> all_settings() {
  std::vector<ReadingSettings> all;
  std::vector<quantize::SchemeOptions> schemes = {{"per_layer", 4, ShiftRule::floor},
                                                  {"per_layer", 4, ShiftRule::floor, false},
                                                  {"per_channel", 4, ShiftRule::floor}};
  for (std::int32_t bits = 1; bits <= 4; ++bits) {
    schemes.push_back({"shift_scaler", bits, ShiftRule::floor});
    schemes.push_back({"shift_scaler", bits, ShiftRule::octave});
  }
  for (const quantize::SchemeOptions& scheme : schemes) {
    for (unsigned choice = 0; choice < 8; ++choice) {
      ReadingSettings settings;
      settings.options.layers.scheme = scheme;
      settings.options.bias_correction = (choice & 1U) != 0;
      settings.limits.multiplier_bits = (choice & 2U) != 0 ? 31 : 15;
      settings.limits.shift_before_multiply = (choice & 4U) != 0;
      all.push_back(std::move(settings));
    }
  }
  for (std::int32_t bits = 2; bits <= 8; ++bits) {
    ReadingSettings settings;
    settings.options.layers.weight_bits = bits;
    settings.options.layers.activation_bits = std::max(bits, 4);
    settings.options.overrides.resize(1);
    settings.options.overrides[0].match = "depthwise_?";
    settings.options.overrides[0].weight_bits = 10 - bits;
    all.push_back(std::move(settings));
  }
  for (std::int32_t bits = 12; bits <= 20; bits += 4) {
    for (const graph::Overflow overflow : {graph::Overflow::saturate, graph::Overflow::wrap}) {
      ReadingSettings settings;
      settings.limits.accumulator_bits = bits;
      settings.limits.overflow = overflow;
      all.push_back(std::move(settings));
    }
  }
  return all;
}

ReadingCase run_file_case(const std::string& file, const config::RunFlags& flags) {
  const config::RunConfig run = config::read_run_config(
      file, flags, {}, {{NPUSIM_SOURCE_DIR "/workloads"}, {NPUSIM_SOURCE_DIR "/configs"}});
  compile::Pipeline pipeline(run, 2);
  ReadingCase made;
  made.name = run.name;
  made.network = pipeline.network();
  made.calibration = pipeline.calibration();
  made.image = pipeline.open(*run.dataset)->sample(0).tensor;
  ReadingSettings settings;
  settings.options.layers.scheme = {run.quantization.scheme,
                                    static_cast<std::int32_t>(run.quantization.field_bits),
                                    quantize::parse_shift_rule(run.quantization.rule)};
  settings.options.bias_correction = run.quantization.bias_correction;
  settings.limits.accumulator_bits =
      static_cast<std::int32_t>(run.hardware.mac_array.accumulator_bits);
  settings.limits.multiplier_bits =
      static_cast<std::int32_t>(run.hardware.requantization.multiplier_bits);
  made.settings = {settings};
  return made;
}

int dump(const std::vector<std::string>& arguments) {
  const std::string& what = arguments.at(0);
  const std::filesystem::path out = arguments.at(1);
  if (what == "drawn") {
    const std::uint64_t first = std::stoull(arguments.at(2));
    for (std::uint64_t n = 0; n < std::stoull(arguments.at(3)); ++n) {
      write_case(out / std::to_string(first + n), drawn_case(first + n));
    }
    return 0;
  }
  config::RunFlags flags;
  if (what == "defaults") {
    flags.model = arguments.at(3);
    flags.dataset = arguments.at(4);
    flags.calibration = arguments.at(5);
  }
  ReadingCase made = run_file_case(arguments.at(2), flags);
  if (what == "settings") made.settings = all_settings();
  write_case(out / made.name, made);
  if (what != "settings") return 0;
  flags.set = {"quantization.equalization=true"};
  ReadingCase equalized = run_file_case(arguments.at(2), flags);
  equalized.name += " equalized";
  for (const ReadingSettings& settings : made.settings) {
    if (settings.limits.multiplier_bits == 31 && !settings.limits.shift_before_multiply) {
      equalized.settings.push_back(settings);
    }
  }
  write_case(out / "equalized", equalized);
  return 0;
}

}  // namespace
}  // namespace npusim::test

int main(int argc, char** argv) {
  try {
    return npusim::test::dump({argv + 1, argv + argc});
  } catch (const std::out_of_range&) {
    std::fputs("usage: dump_cases drawn|settings|defaults OUT ...\n", stderr);
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "dump_cases: %s\n", error.what());
    return 1;
  }
}
