// SPDX-License-Identifier: Apache-2.0
#include "tests/second_reading/case_writer.h"

#include <array>
#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <type_traits>
#include <utility>

#include "frontend/execute/classify.h"
#include "frontend/execute/integer_executor.h"
#include "frontend/execute/plain_integer_executor.h"
#include "frontend/graph/quantized_graph.h"
#include "frontend/quantize/quantize.h"
#include "sim/base/errors.h"

namespace npusim::test {
namespace {

using nlohmann::json;

/// data.bin: arrays one behind the other.
class Blobs {
 public:
  explicit Blobs(const std::filesystem::path& file) : file_(file, std::ios::binary) {}

  template <typename T>
  json add(const std::vector<T>& values) {
    const std::size_t bytes = values.size() * sizeof(T);
    file_.write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(bytes));
    json blob = {{"at", at_}, {"count", values.size()}, {"type", type_name<T>()}};
    at_ += bytes;
    return blob;
  }
  bool good() { return file_.flush().good(); }

 private:
  template <typename T>
  static const char* type_name() {
    if constexpr (std::is_same_v<T, float>) return "float32";
    if constexpr (std::is_same_v<T, double>) return "float64";
    if constexpr (std::is_same_v<T, std::int8_t>) return "int8";
    if constexpr (std::is_same_v<T, std::int32_t>) return "int32";
  }

  std::ofstream file_;
  std::size_t at_ = 0;
};

json shape_json(const graph::Shape& shape) { return {shape.height, shape.width, shape.channels}; }

json limit_json(double limit) { return std::isfinite(limit) ? json(limit) : json(nullptr); }

json window_json(const graph::Window& w) {
  return {{"kernel_h", w.kernel_h},  {"kernel_w", w.kernel_w},     {"stride_h", w.stride_h},
          {"stride_w", w.stride_w},  {"dilation_h", w.dilation_h}, {"dilation_w", w.dilation_w},
          {"pad_top", w.pad_top},    {"pad_left", w.pad_left},     {"pad_bottom", w.pad_bottom},
          {"pad_right", w.pad_right}};
}

const char* function_name(graph::Function function) {
  constexpr std::array<const char*, 10> kNames = {
      "hard_sigmoid", "hard_swish", "sigmoid",  "silu", "leaky_relu",
      "elu",          "tanh",       "softplus", "mish", "identity"};
  return kNames.at(static_cast<std::size_t>(function));
}

json limits_json(const graph::Activation& activation) {
  return {limit_json(activation.low), limit_json(activation.high)};
}

/// What the second reading starts from.
json float_node_json(const graph::Node& node, Blobs& blobs) {
  json out = {{"name", node.name},
              {"kind", graph::kind_name(node.op)},
              {"inputs", node.inputs},
              {"shape", shape_json(node.shape)},
              {"activation", limits_json(node.activation)},
              {"count_include_pad", false}};
  if (const auto* conv = std::get_if<graph::Conv>(&node.op)) {
    out["conv_kind"] = out["kind"];
    out["kind"] = "conv";
    out["window"] = window_json(conv->window);
    out["groups"] = conv->groups;
    out["out_channels"] = conv->out_channels;
    out["in_channels"] = conv->in_channels;
    out["weights"] = blobs.add(conv->weights_ohwi);
    out["bias"] = blobs.add(conv->bias);
    for (const graph::Activation& activation : node.channel_activations) {
      out["channel_activations"].push_back(limits_json(activation));
    }
  } else if (const auto* pool = std::get_if<graph::Pool>(&node.op)) {
    out["pool"] = pool->kind == graph::PoolKind::max ? "max" : "average";
    out["window"] = window_json(pool->window);
    out["count_include_pad"] = pool->count_include_pad;
  } else if (const auto* lookup = std::get_if<graph::Lookup>(&node.op)) {
    out["function"] = function_name(lookup->function);
    out["alpha"] = lookup->alpha;
    out["beta"] = lookup->beta;
  }
  return out;
}

json override_json(const quantize::LayerOverride& layer) {
  json out = {{"match", layer.match}};
  if (layer.scheme) out["scheme"] = *layer.scheme;
  if (layer.symmetric) out["symmetric"] = *layer.symmetric;
  if (layer.field_bits) out["field_bits"] = *layer.field_bits;
  if (layer.rule) out["rule"] = quantize::shift_rule_name(*layer.rule);
  if (layer.weight_bits) out["weight_bits"] = *layer.weight_bits;
  if (layer.activation_bits) out["activation_bits"] = *layer.activation_bits;
  return out;
}

const char* overflow_name(graph::Overflow overflow) {
  constexpr std::array<const char*, 3> kNames = {"guaranteed", "saturate", "wrap"};
  return kNames.at(static_cast<std::size_t>(overflow));
}

json settings_json(const ReadingSettings& settings) {
  const quantize::LayerOptions& layers = settings.options.layers;
  json overrides = json::array();
  for (const auto& layer : settings.options.overrides) overrides.push_back(override_json(layer));
  return {{"scheme", layers.scheme.scheme},
          {"symmetric", layers.scheme.symmetric},
          {"field_bits", layers.scheme.field_bits},
          {"rule", quantize::shift_rule_name(layers.scheme.rule)},
          {"weight_bits", layers.weight_bits},
          {"activation_bits", layers.activation_bits},
          {"bias_correction", settings.options.bias_correction},
          {"overrides", overrides},
          {"accumulator", overflow_name(settings.limits.overflow)},
          {"accumulator_bits", settings.limits.accumulator_bits},
          {"multiplier_bits", settings.limits.multiplier_bits},
          {"placement", settings.limits.shift_before_multiply ? "pre_multiply" : "fused"}};
}

void add_fixed_points(json& out, const std::vector<graph::FixedPoint>& scales) {
  for (const graph::FixedPoint& scale : scales) {
    out["multipliers"].push_back(scale.multiplier);
    out["shifts"].push_back(scale.shift);
  }
}

/// What the program made of a node.
json quantized_node_json(const graph::QuantizedNode& node, Blobs& blobs) {
  json out = {{"scale", node.quantization.scale},
              {"zero_point", node.quantization.zero_point},
              {"clamps", {node.clamps.low, node.clamps.high}}};
  for (const graph::Clamps& clamps : node.channel_clamps) {
    out["channel_clamps"].push_back({clamps.low, clamps.high});
  }
  if (const auto* conv = std::get_if<graph::QuantizedConv>(&node.op)) {
    const auto& shifts = conv->requantization.channel_shifts;
    out["weights"] = blobs.add(conv->weights_ohwi);
    out["bias"] = blobs.add(conv->bias);
    out["weight_scales"] = blobs.add(conv->weight_scales);
    out["channel_shifts"] = blobs.add(std::vector<std::int32_t>(shifts.begin(), shifts.end()));
    out["weight_zero_point"] = conv->weight_zero_point;
    out["weight_bits"] = conv->weight_bits;
    add_fixed_points(out, conv->requantization.scales);
  } else if (const auto* add = std::get_if<graph::QuantizedAdd>(&node.op)) {
    out["add"] = {add->multiplier_a, add->multiplier_b, add->shift};
  } else if (const auto* mul = std::get_if<graph::QuantizedMul>(&node.op)) {
    add_fixed_points(out, {mul->scale});
  } else if (const auto* concat = std::get_if<graph::QuantizedConcat>(&node.op)) {
    add_fixed_points(out, concat->scales);
  } else if (const auto* pool = std::get_if<graph::QuantizedPool>(&node.op)) {
    out["divisors"] = json::object();
    for (const graph::DivisorScale& entry : pool->scales) {
      out["divisors"][std::to_string(entry.divisor)] = {entry.scale.multiplier, entry.scale.shift};
    }
  } else if (const auto* lookup = std::get_if<graph::QuantizedLookup>(&node.op)) {
    out["table"] = blobs.add(lookup->table);
  }
  return out;
}

/// By node.
struct Executed {
  std::vector<std::vector<std::int8_t>> tensors;
  std::vector<std::int64_t> overflows;
};

Executed execute_network(const graph::QuantizedGraph& graph, const ReadingCase& test_case) {
  std::vector<std::int8_t> input(test_case.image.size());
  execute::quantize_input(test_case.image.data(), static_cast<std::int64_t>(test_case.image.size()),
                          graph.nodes[0].quantization, graph.nodes[0].clamps, input.data());
  Executed made;
  made.tensors.resize(graph.nodes.size());
  execute::IntegerExecutor executor(graph);
  executor.run(input.data(),
               [&](graph::NodeId node, const std::int8_t* values, std::int64_t count) {
                 made.tensors[static_cast<std::size_t>(node)].assign(values, values + count);
               });
  made.tensors[0] = input;
  made.overflows = executor.overflows();
  if (test_case.plain_executor) {
    std::vector<std::int64_t> overflows;
    const auto plain = execute::run_plain(graph, input, &overflows);
    for (std::size_t t = 1; t < plain.size(); ++t) {
      if (plain[t] != made.tensors[t] || overflows[t] != made.overflows[t]) {
        throw base::InternalError(test_case.name + ", layer " + graph.nodes[t].name +
                                  ": the integer executors differ");
      }
    }
  }
  return made;
}

json run_json(const ReadingCase& test_case, const ReadingSettings& settings, Blobs& blobs) {
  json out = {{"settings", settings_json(settings)}};
  quantize::Quantization made;
  try {
    made = quantize::quantize_graph(test_case.network, test_case.calibration, settings.options,
                                    settings.limits);
  } catch (const base::InputError& error) {
    out["refused"] = error.what();
    return out;
  }
  const Executed executed = execute_network(made.graph, test_case);
  for (std::size_t i = 0; i < executed.tensors.size(); ++i) {
    json node = quantized_node_json(made.graph.nodes[i], blobs);
    node["tensor"] = blobs.add(executed.tensors[i]);
    node["overflows"] = executed.overflows[i];
    out["nodes"].push_back(std::move(node));
  }
  for (const quantize::LayerSummary& layer : made.summary.layers) {
    out["nodes"][static_cast<std::size_t>(layer.node)]["safe_accumulator_bits"] =
        layer.safe_accumulator_bits;
  }
  return out;
}

}  // namespace

void write_case(const std::filesystem::path& folder, const ReadingCase& test_case) {
  std::filesystem::create_directories(folder);
  Blobs blobs(folder / "data.bin");
  json out = {{"name", test_case.name}, {"input_values", blobs.add(test_case.image)}};
  for (const graph::Node& node : test_case.network.nodes) {
    out["nodes"].push_back(float_node_json(node, blobs));
  }
  for (const quantize::TensorCalibration& tensor : test_case.calibration.tensors) {
    out["calibration"].push_back({{"low", tensor.low},
                                  {"high", tensor.high},
                                  {"channel_mean", blobs.add(tensor.channel_mean)}});
  }
  for (const ReadingSettings& settings : test_case.settings) {
    out["runs"].push_back(run_json(test_case, settings, blobs));
  }
  std::ofstream file(folder / "case.json");
  file << out.dump();
  if (!file.flush().good() || !blobs.good()) {
    throw base::InputError(folder.string() + ": cannot be written");
  }
}

}  // namespace npusim::test
