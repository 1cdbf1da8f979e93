// SPDX-License-Identifier: Apache-2.0
#include "frontend/export/refusals.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "frontend/export/constants.h"
#include "sim/base/errors.h"

namespace npusim::exporter {
namespace {

class Checker {
 public:
  explicit Checker(const graph::QuantizedGraph& quantized) : quantized_(quantized) {}

  void run() {
    for (const graph::QuantizedNode& node : quantized_.nodes) {
      place_ = "layer '" + node.name + "'";
      check_scale("scale of its tensor", node.quantization.scale);
      if (const auto* conv = std::get_if<graph::QuantizedConv>(&node.op)) {
        check_conv(*conv, quantized_.node(node.inputs.at(0)).quantization);
      } else if (const auto* pool = std::get_if<graph::QuantizedPool>(&node.op)) {
        check_pool(*pool);
      }
    }
    errors_.throw_if_any();
  }

 private:
  // Whether the scale is one in ONNX; the first of a layer that is none is said, not all.
  bool check_scale(const std::string& what, double scale) {
    if (std::isnormal(static_cast<float>(scale)) && scale > 0) return true;
    errors_.add(place_, what, std::to_string(scale), "within the normal floats, which ONNX has");
    return false;
  }

  bool check_scales(const std::string& what, const std::vector<double>& scales) {
    for (std::size_t c = 0; c < scales.size(); ++c) {
      const std::string channel = scales.size() > 1 ? ", channel " + std::to_string(c) : "";
      if (!check_scale(what + channel, scales[c])) return false;
    }
    return true;
  }

  void check_conv(const graph::QuantizedConv& conv, const graph::TensorQuantization& input) {
    check_scales("scale of its weights", weight_scales(conv));
    check_scales("scale of its biases", bias_scales(conv, input));
    const std::vector<std::int64_t> biases = bias_codes(conv, input);
    for (std::size_t c = 0; c < biases.size(); ++c) {
      using Limits = std::numeric_limits<std::int32_t>;
      if (biases[c] >= Limits::min() && biases[c] <= Limits::max()) continue;
      errors_.add(place_, "bias of channel " + std::to_string(c) + " in steps of its accumulator",
                  std::to_string(biases[c]), "within int32, which ONNX's biases are");
    }
  }

  void check_pool(const graph::QuantizedPool& pool) {
    const graph::Window& w = pool.window;
    if (pool.kind == graph::PoolKind::max || (w.dilation_h == 1 && w.dilation_w == 1)) return;
    errors_.add(place_, "dilation of an average pool",
                std::to_string(w.dilation_h) + " x " + std::to_string(w.dilation_w),
                "1 x 1 in ONNX of opset 13");
  }

  const graph::QuantizedGraph& quantized_;
  std::string place_;
  base::ErrorList errors_;
};

}  // namespace

void check_exportable(const graph::QuantizedGraph& quantized) { Checker(quantized).run(); }

}  // namespace npusim::exporter
