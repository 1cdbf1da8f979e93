// SPDX-License-Identifier: Apache-2.0
#include "frontend/export/constants.h"

#include <cmath>
#include <cstddef>

namespace npusim::exporter {

std::vector<double> weight_scales(const graph::QuantizedConv& conv) {
  std::vector<double> scales = conv.weight_scales;
  const auto& shifts = conv.requantization.channel_shifts;
  if (!shifts.empty()) scales.assign(shifts.size(), scales.front());
  for (std::size_t c = 0; c < shifts.size(); ++c) scales[c] = std::ldexp(scales[c], -shifts[c]);
  return scales;
}

std::vector<double> bias_scales(const graph::QuantizedConv& conv,
                                const graph::TensorQuantization& input) {
  std::vector<double> scales = weight_scales(conv);
  for (double& scale : scales) scale *= input.scale;
  return scales;
}

std::vector<std::int8_t> weight_codes(const graph::QuantizedConv& conv, const graph::Shape& input) {
  const bool is_gemm = conv.kind == graph::ConvKind::gemm;
  const std::int64_t positions =
      is_gemm ? input.height * input.width : conv.window.kernel_h * conv.window.kernel_w;
  const std::int64_t channels = is_gemm ? input.channels : conv.in_channels / conv.groups;
  std::vector<std::int8_t> codes;
  codes.reserve(conv.weights_ohwi.size());
  for (std::int64_t o = 0; o < conv.out_channels; ++o) {
    for (std::int64_t c = 0; c < channels; ++c) {
      for (std::int64_t p = 0; p < positions; ++p) {
        codes.push_back(
            conv.weights_ohwi.at(static_cast<std::size_t>((o * positions + p) * channels + c)));
      }
    }
  }
  return codes;
}

std::vector<std::int64_t> bias_codes(const graph::QuantizedConv& conv,
                                     const graph::TensorQuantization& input) {
  std::vector<std::int64_t> codes;
  const std::size_t per_channel =
      conv.weights_ohwi.size() / static_cast<std::size_t>(conv.out_channels);
  for (std::size_t c = 0; c < conv.bias.size(); ++c) {
    std::int64_t sum = 0;
    for (std::size_t k = 0; k < per_channel; ++k) {
      sum += conv.weights_ohwi[c * per_channel + k] - conv.weight_zero_point;
    }
    codes.push_back(conv.bias[c] + input.zero_point * sum);
  }
  return codes;
}

}  // namespace npusim::exporter
