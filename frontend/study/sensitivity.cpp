// SPDX-License-Identifier: Apache-2.0
#include "frontend/study/sensitivity.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include "frontend/execute/float_layers.h"
#include "frontend/execute/layer_plan.h"
#include "sim/base/errors.h"

namespace npusim::study {
namespace {

using execute::LabeledTensor;
using FloatPlan = execute::LayerPlan<float>;
using FloatRunner = execute::LayerRunner<float>;

/// What one image tells.
struct ImageFindings {
  std::int32_t label = 0;
  execute::Ranking float_ranking = {};
  execute::Ranking integer_ranking = {};
  struct Layer {
    Distortion output;
    execute::Ranking ranking_alone = {};
    std::vector<Distortion> network_outputs_alone;
  };
  std::vector<Layer> layers;  // [node]
};

/// The networks, prepared; shared by all threads.
struct Networks {
  Networks(const graph::Graph& folded, const graph::QuantizedGraph& quantized_graph)
      : quantized(quantized_graph),
        plan(FloatPlan::of(folded, execute::make_float_layer)),
        integer(quantized_graph) {
    const graph::Graph restored = restored_weights(folded, quantized_graph);
    for (graph::NodeId id = 0; id < static_cast<graph::NodeId>(folded.nodes.size()); ++id) {
      const bool has_weights = std::holds_alternative<graph::Conv>(folded.node(id).op);
      alone.push_back(has_weights ? execute::make_float_layer(restored, id) : nullptr);
    }
  }

  const graph::QuantizedGraph& quantized;
  std::shared_ptr<const FloatPlan> plan;
  std::vector<std::unique_ptr<const execute::Layer<float>>> alone;  // [node], those with weights
  execute::IntegerExecutor integer;
};

/// Of one thread.
class ImageStudy {
 public:
  explicit ImageStudy(const Networks& networks)
      : networks_(networks),
        whole_(networks.plan),
        altered_(networks.plan),
        integer_(networks.integer),
        input_codes_(static_cast<std::size_t>(networks.plan->input_elements)),
        codes_(networks.plan->elements.size()) {}

  ImageFindings study(const LabeledTensor& image) {
    const auto wanted = static_cast<std::size_t>(networks_.plan->input_elements);
    if (image.values.size() != wanted) {
      throw base::InternalError(base::refusal(
          "image", "values", std::to_string(image.values.size()), std::to_string(wanted)));
    }
    ImageFindings findings;
    findings.label = image.label;
    findings.layers.resize(nodes());
    run_integer(image, findings);
    run_float(image, findings);
    run_altered(image, findings);
    return findings;
  }

 private:
  std::size_t nodes() const { return networks_.plan->layers.size(); }
  std::int64_t elements(graph::NodeId node) const {
    return networks_.plan->elements[static_cast<std::size_t>(node)];
  }
  execute::Ranking rank(const FloatRunner& runner) const {
    const graph::NodeId output = networks_.plan->outputs.front();
    return execute::rank(runner.tensor(output), elements(output));
  }

  void run_integer(const LabeledTensor& image, ImageFindings& findings) {
    const float* values = image.values.data();
    std::int8_t* codes = input_codes_.data();
    for (const graph::NodeId id : networks_.plan->network_inputs) {
      const std::int64_t count = elements(id);
      const graph::QuantizedNode& input = networks_.quantized.node(id);
      execute::quantize_input(values, count, input.quantization, input.clamps, codes);
      values += count;
      codes += count;
    }
    const std::int8_t* output = integer_.run(
        input_codes_.data(), [this](graph::NodeId id, const std::int8_t* of_node, std::int64_t n) {
          codes_[static_cast<std::size_t>(id)].assign(of_node, of_node + n);
        });
    findings.integer_ranking = execute::rank(output, integer_.output_elements());
  }

  void run_float(const LabeledTensor& image, ImageFindings& findings) {
    whole_.run(image.values.data(), [&](graph::NodeId id, const float* values, std::int64_t count) {
      const auto at = static_cast<std::size_t>(id);
      findings.layers[at].output =
          distortion(values, codes_[at].data(), count, networks_.quantized.node(id).quantization);
    });
    findings.float_ranking = rank(whole_);
    outputs_.clear();
    for (const graph::NodeId id : networks_.plan->outputs) {
      const float* values = whole_.tensor(id);
      outputs_.emplace_back(values, values + elements(id));
    }
  }

  // The float network once more; before each layer a second runner leaves it, takes the altered
  // layer and goes on to the end.
  void run_altered(const LabeledTensor& image, ImageFindings& findings) {
    whole_.start(image.values.data());
    for (std::size_t at = 0; at < nodes(); ++at) {
      const auto id = static_cast<graph::NodeId>(at);
      if (networks_.plan->layers[at] == nullptr) continue;
      altered_.follow(whole_);
      round_to_codes(altered_.step(id, networks_.alone[at].get()), networks_.quantized.node(id));
      for (std::size_t later = at + 1; later < nodes(); ++later) {
        altered_.step(static_cast<graph::NodeId>(later));
      }
      ImageFindings::Layer& layer = findings.layers[at];
      layer.ranking_alone = rank(altered_);
      for (std::size_t i = 0; i < outputs_.size(); ++i) {
        const float* values = altered_.tensor(networks_.plan->outputs[i]);
        Distortion& output = layer.network_outputs_alone.emplace_back();
        for (const float reference : outputs_[i]) {
          output.add(static_cast<double>(reference), static_cast<double>(*values++));
        }
      }
      whole_.step(id);
    }
  }

  const Networks& networks_;
  FloatRunner whole_, altered_;
  execute::IntegerExecutor integer_;
  std::vector<std::int8_t> input_codes_;
  std::vector<std::vector<std::int8_t>> codes_;  // [node] of the integer network
  std::vector<std::vector<float>> outputs_;      // of the float network
};

void add(const ImageFindings& image, Sensitivity& total) {
  total.labels.push_back(image.label);
  total.float_rankings.push_back(image.float_ranking);
  total.integer_rankings.push_back(image.integer_ranking);
  for (std::size_t at = 0; at < image.layers.size(); ++at) {
    const ImageFindings::Layer& from = image.layers[at];
    LayerSensitivity& to = total.layers[at];
    to.output.add(from.output);
    if (from.network_outputs_alone.empty()) continue;  // an input node
    to.rankings_alone.push_back(from.ranking_alone);
    to.network_outputs_alone.resize(from.network_outputs_alone.size());
    for (std::size_t i = 0; i < from.network_outputs_alone.size(); ++i) {
      to.network_outputs_alone[i].add(from.network_outputs_alone[i]);
    }
  }
}

// values -> scale * clamp(rne(value / scale), steps), rule 10 less the zero point, without a
// branch. Clamping comes first, which changes no result, because the limits are integers. False at
// a NaN.
bool round_to_steps(float* values, std::int64_t count, double scale, const graph::Clamps& steps) {
  // Adding and taking away 1.5 * 2^52 leaves the nearest integer, ties to even, of any |x| < 2^51.
  constexpr double kRounder = 6755399441055744.0;
  const auto low = static_cast<double>(steps.low);
  const auto high = static_cast<double>(steps.high);
  std::int32_t nans = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const double exact = static_cast<double>(values[i]) / scale;
    nans |= values[i] != values[i] ? 1 : 0;
    const double raised = exact > low ? exact : low;
    const double clamped = raised < high ? raised : high;
    values[i] = static_cast<float>(scale * ((clamped + kRounder) - kRounder));
  }
  return nans == 0;
}

// Weights and biases that the integers stand for.
void restore(const graph::QuantizedConv& from, const graph::TensorQuantization& input,
             graph::Conv& to) {
  const auto channels = static_cast<std::size_t>(from.out_channels);
  const std::size_t per_channel = from.weights_ohwi.size() / channels;
  const std::vector<std::uint8_t>& shifts = from.requantization.channel_shifts;
  for (std::size_t c = 0; c < channels; ++c) {
    const double layer_scale = from.weight_scales[from.weight_scales.size() > 1 ? c : 0];
    const double scale = std::ldexp(layer_scale, shifts.empty() ? 0 : -shifts[c]);
    std::int64_t sum = 0;
    for (std::size_t k = c * per_channel; k < (c + 1) * per_channel; ++k) {
      const std::int32_t code = from.weights_ohwi[k] - from.weight_zero_point;
      sum += code;
      to.weights_ohwi[k] = static_cast<float>(scale * static_cast<double>(code));
    }
    const std::int64_t bias = from.bias[c] + input.zero_point * sum;
    to.bias[c] = static_cast<float>(input.scale * scale * static_cast<double>(bias));
  }
}

}  // namespace

double LayerSensitivity::network_sqnr_alone_db() const {
  double least = kMostDecibels;
  for (const Distortion& output : network_outputs_alone) {
    least = std::min(least, output.sqnr_db());
  }
  return least;
}

graph::Graph restored_weights(const graph::Graph& folded, const graph::QuantizedGraph& quantized) {
  graph::Graph restored = folded;
  for (std::size_t at = 0; at < folded.nodes.size(); ++at) {
    const graph::QuantizedNode& node = quantized.nodes.at(at);
    if (const auto* conv = std::get_if<graph::QuantizedConv>(&node.op)) {
      restore(*conv, quantized.node(node.inputs.at(0)).quantization,
              std::get<graph::Conv>(restored.nodes[at].op));
    }
  }
  return restored;
}

void round_to_codes(float* values, const graph::QuantizedNode& node) {
  const std::int64_t elements = node.shape.elements();
  const auto [scale, zero_point] = node.quantization;
  const auto steps = [zero = zero_point](const graph::Clamps& codes) {
    return graph::Clamps{codes.low - zero, codes.high - zero};
  };
  bool are_numbers = true;
  if (node.channel_clamps.empty()) {
    are_numbers = round_to_steps(values, elements, scale, steps(node.clamps));
  } else {
    std::vector<graph::Clamps> limits;
    for (const graph::Clamps& each : node.channel_clamps) limits.push_back(steps(each));
    for (std::int64_t i = 0; i < elements; ++i) {
      const auto c = static_cast<std::size_t>(i % node.shape.channels);
      are_numbers = round_to_steps(values + i, 1, scale, limits[c]) && are_numbers;
    }
  }
  if (!are_numbers) throw base::InternalError("round_to_codes: got NaN, must be a number");
}

Sensitivity measure_sensitivity(const graph::Graph& folded, const graph::QuantizedGraph& quantized,
                                std::int64_t images, int threads,
                                const execute::ImageSource& source,
                                const std::function<void(std::int64_t done)>& progress) {
  const Networks networks(folded, quantized);
  std::vector<std::optional<ImageFindings>> findings(static_cast<std::size_t>(images));
  const auto make_work = [&]() -> execute::ImageWork {
    return [&findings, own = std::make_shared<ImageStudy>(networks)](std::int64_t i,
                                                                     const LabeledTensor& image) {
      findings[static_cast<std::size_t>(i)] = own->study(image);
    };
  };
  execute::for_each_image(images, threads, source, make_work, progress);

  Sensitivity total;
  total.layers.resize(folded.nodes.size());
  for (const std::optional<ImageFindings>& image : findings) {
    if (image) add(*image, total);
  }
  return total;
}

}  // namespace npusim::study
