// SPDX-License-Identifier: Apache-2.0
#include "frontend/quantize/conv.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "frontend/quantize/accumulator.h"
#include "frontend/quantize/given.h"
#include "sim/arith/fixed_point.h"
#include "sim/arith/narrow_sums.h"
#include "sim/arith/rounding.h"

namespace npusim::quantize {
namespace {

// Quantizes the output channels of one layer one after another.
class ConvQuantizer {
 public:
  ConvQuantizer(const ConvProblem& problem, const QuantizationOptions& options,
                const HardwareLimits& limits, base::ErrorList& errors)
      : problem_(problem),
        bias_correction_(options.bias_correction),
        max_code_((1 << (options.layers.weight_bits - 1)) - 1),
        limits_(limits),
        scheme_(make_scheme(options.layers.scheme)),
        min_code_(scheme_->has_zero_point() ? -max_code_ - 1 : -max_code_),
        errors_(errors) {
    const graph::Conv& conv = problem.conv;
    matrix_ = {conv.weights_ohwi.data(), conv.out_channels,
               static_cast<std::int64_t>(conv.weights_ohwi.size()) / conv.out_channels};
    solution_.conv.weights_ohwi.resize(conv.weights_ohwi.size());
    solution_.conv.bias.resize(static_cast<std::size_t>(conv.out_channels));
    solution_.conv.weight_bits = options.layers.weight_bits;
  }

  ConvSolution run() {
    if (!check_finite()) return std::move(solution_);
    if (!choose_scales()) return std::move(solution_);
    for (std::int64_t c = 0; c < matrix_.channels; ++c) {
      if (!quantize_channel(c)) return std::move(solution_);
    }
    if (worst_bits_ > 0) refuse_accumulator();
    emit();
    return std::move(solution_);
  }

 private:
  std::string place(std::int64_t c) const {
    return "layer '" + problem_.name + "', channel " + std::to_string(c);
  }

  bool check_finite() {
    for (std::int64_t c = 0; c < matrix_.channels; ++c) {
      const float* row = matrix_.row(c);
      for (std::int64_t k = 0; k < matrix_.per_channel; ++k) {
        if (!std::isfinite(row[k])) return refuse_number(c, "weight", row[k]);
      }
      const float bias = problem_.conv.bias[static_cast<std::size_t>(c)];
      if (!std::isfinite(bias)) return refuse_number(c, "bias", bias);
    }
    return true;
  }

  bool choose_scales() {
    if (!given()) {
      scales_ = scheme_->choose(matrix_, max_code_);
      return true;
    }
    std::optional<WeightScales> carried =
        carry_scales(problem_.name, *given(), *scheme_, matrix_.channels, errors_);
    if (!carried) return false;
    scales_ = std::move(*carried);
    if (solution_.conv.weight_bits != kMostBits) {
      throw base::InternalError("quantize_conv: layer '" + problem_.name +
                                "': the model's codes have 8 bits");
    }
    return true;
  }

  const std::optional<graph::GivenWeights>& given() const { return problem_.conv.given; }

  // The model's own scales are as coarse as they are.
  bool coarsen(std::int64_t c) { return !given() && scheme_->coarsen(scales_, c); }

  bool refuse_number(std::int64_t c, const char* what, float value) {
    errors_.add(place(c), what, std::to_string(value), "a finite number");
    return false;
  }

  // Finds the finest scale of the channel that fits barrel shifter and accumulator, and stores its
  // codes and bias. False: the layer is refused and there is no use in going on.
  bool quantize_channel(std::int64_t c) {
    bool coarsened = false;
    for (;; coarsened = true) {
      const arith::FixedPoint factor = requantization_scale(c);
      if (factor.shift < arith::kMinShift) return refuse_shift(c, factor.shift);
      if (factor.shift + scales_.shift(c) > arith::kMaxShift) {
        if (coarsen(c)) continue;
        return refuse_shift(c, factor.shift + scales_.shift(c));
      }
      make_codes(c);
      const std::int64_t bias = quantized_bias(c, scales_.zero_point);
      const int bits = accumulator_bits(c, bias);
      if (bits > limits_.accumulator_bits && limits_.overflow == graph::Overflow::guaranteed) {
        if (coarsen(c)) continue;
        if (bits > worst_bits_) worst_bits_ = bits, worst_channel_ = c;
        return true;  // go on: the error names the channel that needs most
      }
      solution_.conv.bias[static_cast<std::size_t>(c)] = stored_bias(bias);
      solution_.summary.safe_accumulator_bits =
          std::max(solution_.summary.safe_accumulator_bits, bits);
      break;
    }
    if (coarsened) ++solution_.summary.coarsened_channels;
    const std::int8_t* row = codes(c);
    const std::int32_t zero = scales_.zero_point;
    if (std::all_of(row, row + matrix_.per_channel, [&](std::int8_t q) { return q == zero; })) {
      ++solution_.summary.dead_channels;
    }
    return true;
  }

  // Rule 7. With a zero point it holds the sum over the codes as well, for hardware that takes
  // z_w * sum_k (x_k - z_x) off behind it.
  int accumulator_bits(std::int64_t c, std::int64_t bias) {
    see_inputs_of(c);
    const auto bits = [&](std::int64_t start, std::int32_t zero) {
      return signed_bits(
          accumulator_range(start, codes(c), matrix_.per_channel, input_codes_, zero));
    };
    const std::int32_t zero = scales_.zero_point;
    if (zero == 0) return bits(bias, 0);
    return std::max(bits(bias, zero), bits(quantized_bias(c, 0), 0));
  }

  // Rule 8: M = s_x * s_w / s_y.
  arith::FixedPoint requantization_scale(std::int64_t c) const {
    return arith::to_fixed_point(problem_.input.scale * scales_.scale(c) / problem_.output.scale,
                                 limits_.multiplier_bits);
  }

  // Rule 4. The scaling by 2^s_c is exact; one division, one rounding.
  void make_codes(std::int64_t c) {
    if (given()) {
      const std::int8_t* first = given()->codes_ohwi.data() + c * matrix_.per_channel;
      std::copy_n(first, matrix_.per_channel, codes(c));
      return;
    }
    const double power = std::ldexp(1.0, scales_.shift(c));
    const double scale = scales_.scale(c);
    const float* row = matrix_.row(c);
    std::int8_t* out = codes(c);
    const std::int32_t zero = scales_.zero_point;
    for (std::int64_t k = 0; k < matrix_.per_channel; ++k) {
      const std::int32_t step = arith::rne_clamped(static_cast<double>(row[k]) * power / scale,
                                                   min_code_ - zero, max_code_ - zero);
      out[k] = static_cast<std::int8_t>(zero + step);
    }
  }

  // Rules 5 and 6, for a sum over codes less `zero`. Given codes stand for the given weights
  // exactly: nothing to correct.
  std::int64_t quantized_bias(std::int64_t c, std::int32_t zero) {
    double bias = static_cast<double>(problem_.conv.bias[static_cast<std::size_t>(c)]);
    if (bias_correction_ && !given()) bias += correction(c);
    const double unit = std::ldexp(problem_.input.scale * scales_.scale(c), -scales_.shift(c));
    const double scaled = given() && !given()->bias_codes.empty()
                              ? given_bias(*given(), static_cast<std::size_t>(c), unit)
                              : bias / unit;
    constexpr double kHuge =
        1152921504606846976.0;  // 2^60: far outside any accumulator, no overflow
    const std::int8_t* row = codes(c);
    std::int64_t sum = 0;
    for (std::int64_t k = 0; k < matrix_.per_channel; ++k) sum += row[k] - zero;
    return arith::rne(std::clamp(scaled, -kHuge, kHuge)) - problem_.input.zero_point * sum;
  }

  // In 32 bits. A guaranteed accumulator holds it as it is.
  std::int32_t stored_bias(std::int64_t bias) const {
    const auto overflow = limits_.overflow == graph::Overflow::wrap ? arith::Overflow::wrap
                                                                    : arith::Overflow::saturate;
    return static_cast<std::int32_t>(arith::reduce(bias, {32, overflow}));
  }

  // sum_k (W - What) * E[x_k], k ascending.
  double correction(std::int64_t c) {
    const double inverse_power = std::ldexp(1.0, -scales_.shift(c));
    const double scale = scales_.scale(c);
    const float* row = matrix_.row(c);
    const std::int8_t* code = codes(c);
    see_inputs_of(c);
    const double* mean = means_.data();
    const std::int32_t zero = scales_.zero_point;
    double sum = 0;
    for (std::int64_t k = 0; k < matrix_.per_channel; ++k) {
      const double restored = scale * static_cast<double>(code[k] - zero) * inverse_power;
      sum += (static_cast<double>(row[k]) - restored) * mean[k];
    }
    return sum;
  }

  // What is known of x_k, for every k of the channel's group: E[x_k] and the codes it can hold.
  void see_inputs_of(std::int64_t c) {
    const graph::Conv& conv = problem_.conv;
    const std::int64_t group = c / (conv.out_channels / conv.groups);
    if (group == group_) return;
    group_ = group;
    const std::int64_t group_channels = conv.in_channels / conv.groups;
    const auto tensor_channels = static_cast<std::int64_t>(problem_.input_channel_mean.size());
    const graph::Window& w = conv.window;
    const bool pads = w.pad_top > 0 || w.pad_left > 0 || w.pad_bottom > 0 || w.pad_right > 0;
    means_.clear();
    input_codes_.clear();
    for (std::int64_t k = 0; k < matrix_.per_channel; ++k) {
      // The remainder by tensor_channels matters for a gemm that flattens: channel innermost.
      const auto channel =
          static_cast<std::size_t>((group * group_channels + k % group_channels) % tensor_channels);
      means_.push_back(problem_.input_channel_mean[channel]);
      const auto* own = problem_.input_channel_codes;
      graph::Clamps input = own == nullptr || own->empty() ? problem_.input_codes : (*own)[channel];
      if (pads) {
        input.low = std::min(input.low, problem_.input.zero_point);
        input.high = std::max(input.high, problem_.input.zero_point);
      }
      input_codes_.push_back(input);
    }
  }

  bool refuse_shift(std::int64_t c, std::int32_t shift) {
    errors_.add(scales_.per_channel() ? place(c) : "layer '" + problem_.name + "'",
                "requantization shift", std::to_string(shift),
                std::to_string(arith::kMinShift) + " to " + std::to_string(arith::kMaxShift) +
                    " (ratio of input, weight and output scales)");
    return false;
  }

  void refuse_accumulator() {
    errors_.add(place(worst_channel_), "hardware.mac_array.accumulator_bits",
                std::to_string(limits_.accumulator_bits),
                "at least " + std::to_string(worst_bits_));
  }

  void emit() {
    graph::QuantizedConv& out = solution_.conv;
    out.kind = problem_.conv.kind;
    out.window = problem_.conv.window;
    out.groups = problem_.conv.groups;
    out.out_channels = problem_.conv.out_channels;
    out.in_channels = problem_.conv.in_channels;
    out.weight_zero_point = scales_.zero_point;
    out.safe_accumulator_bits = solution_.summary.safe_accumulator_bits;
    for (std::size_t i = 0; i < scales_.scales.size(); ++i) {
      const arith::FixedPoint factor = requantization_scale(static_cast<std::int64_t>(i));
      out.requantization.scales.push_back({factor.multiplier, factor.shift});
    }
    out.requantization.channel_shifts = std::move(scales_.channel_shifts);
    out.requantization.field_bits = scheme_->field_bits();
    out.weight_scales = std::move(scales_.scales);
  }

  std::int8_t* codes(std::int64_t c) {
    return solution_.conv.weights_ohwi.data() + c * matrix_.per_channel;
  }

  const ConvProblem& problem_;
  const bool bias_correction_;
  const std::int32_t max_code_;
  const HardwareLimits& limits_;
  const std::unique_ptr<WeightScheme> scheme_;
  const std::int32_t min_code_;
  base::ErrorList& errors_;
  WeightMatrix matrix_;
  WeightScales scales_;
  std::int64_t group_ = -1;  // that the next two are of
  std::vector<double> means_;
  std::vector<graph::Clamps> input_codes_;  // zero point included where the layer has padding
  int worst_bits_ = 0;                      // of a channel that fits in no way; 0: none
  std::int64_t worst_channel_ = 0;
  ConvSolution solution_;
};

}  // namespace

ConvSolution quantize_conv(const ConvProblem& problem, const QuantizationOptions& options,
                           const HardwareLimits& limits, base::ErrorList& errors) {
  return ConvQuantizer(problem, options, limits, errors).run();
}

}  // namespace npusim::quantize
