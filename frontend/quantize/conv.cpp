// SPDX-License-Identifier: Apache-2.0
#include "frontend/quantize/conv.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "frontend/quantize/accumulator.h"
#include "frontend/quantize/given.h"
#include "frontend/quantize/weight_codes.h"
#include "sim/arith/fixed_point.h"
#include "sim/arith/narrow_sums.h"
#include "sim/arith/rounding.h"
#include "sim/base/math.h"
#include "sim/base/parallel.h"

namespace npusim::quantize {
namespace {

// What is known of x_k, for every k of a channel's group: E[x_k] and the codes it can hold.
class GroupInputs {
 public:
  explicit GroupInputs(const ConvProblem& problem) : problem_(problem) {}

  void see(std::int64_t group) {
    if (group == group_) return;
    group_ = group;
    const graph::Conv& conv = problem_.conv;
    const std::int64_t group_channels = conv.in_channels / conv.groups;
    const auto tensor_channels = static_cast<std::int64_t>(problem_.input_channel_mean.size());
    means_.clear();
    codes_.clear();
    for (std::int64_t i = 0; i < group_channels; ++i) {
      // The remainder matters for a gemm that flattens: channel innermost.
      see_channel(static_cast<std::size_t>((group * group_channels + i) % tensor_channels));
    }
    const auto taps =
        static_cast<std::int64_t>(conv.weights_ohwi.size()) / conv.out_channels / group_channels;
    repeat(means_, taps);
    repeat(codes_, taps);
    const auto differs = [&](const graph::Clamps& each) {
      return each.low != codes_.front().low || each.high != codes_.front().high;
    };
    are_all_the_same_ = std::none_of(codes_.begin(), codes_.end(), differs);
  }

  const double* means() const { return means_.data(); }

  AccumulatorRange range(std::int64_t bias, const std::int8_t* codes, std::int64_t count,
                         std::int32_t zero) const {
    return are_all_the_same_ ? accumulator_range(bias, codes, count, codes_.front(), zero)
                             : accumulator_range(bias, codes, count, codes_, zero);
  }

 private:
  void see_channel(std::size_t channel) {
    means_.push_back(problem_.input_channel_mean[channel]);
    const auto* own = problem_.input_channel_codes;
    graph::Clamps input = own == nullptr || own->empty() ? problem_.input_codes : (*own)[channel];
    const graph::Window& w = problem_.conv.window;
    if (w.pad_top > 0 || w.pad_left > 0 || w.pad_bottom > 0 || w.pad_right > 0) {
      input.low = std::min(input.low, problem_.input.zero_point);
      input.high = std::max(input.high, problem_.input.zero_point);
    }
    codes_.push_back(input);
  }

  template <typename Value>
  static void repeat(std::vector<Value>& values, std::int64_t times) {
    const std::size_t period = values.size();
    values.resize(period * static_cast<std::size_t>(times));
    for (std::size_t i = period; i < values.size(); ++i) values[i] = values[i - period];
  }

  const ConvProblem& problem_;
  std::int64_t group_ = -1;  // that the rest is of
  std::vector<double> means_;
  std::vector<graph::Clamps> codes_;
  bool are_all_the_same_ = true;
};

// Quantizes the output channels of one layer in blocks, which are independent once the scales are
// chosen. What blocks found is put together in their order, as if one thread had done it all.
class ConvQuantizer {
 public:
  ConvQuantizer(const ConvProblem& problem, const QuantizationOptions& options,
                const HardwareLimits& limits, base::ErrorList& errors, int threads)
      : problem_(problem),
        bias_correction_(options.bias_correction),
        max_code_((1 << (options.layers.weight_bits - 1)) - 1),
        limits_(limits),
        scheme_(make_scheme(options.layers.scheme)),
        min_code_(scheme_->has_zero_point() ? -max_code_ - 1 : -max_code_),
        errors_(errors),
        threads_(threads) {
    const graph::Conv& conv = problem.conv;
    matrix_ = {conv.weights_ohwi.data(), conv.out_channels,
               static_cast<std::int64_t>(conv.weights_ohwi.size()) / conv.out_channels, threads};
    solution_.conv.weights_ohwi.resize(conv.weights_ohwi.size());
    solution_.conv.bias.resize(static_cast<std::size_t>(conv.out_channels));
    solution_.conv.weight_bits = options.layers.weight_bits;
  }

  ConvSolution run() {
    if (!check_finite() || !choose_scales() || !quantize_channels()) return std::move(solution_);
    emit();
    return std::move(solution_);
  }

 private:
  // What a block of channels comes to, in order.
  struct Block {
    base::ErrorList refusal;  // at most one, which ends the block
    LayerSummary summary;
    int worst_bits = 0;  // of the channels that do not fit the accumulator
    std::int64_t worst_channel = 0;
  };
  // Channel `c` and where it stands.
  struct Channel {
    std::int64_t c;
    GroupInputs& inputs;
    Block& block;
  };

  std::string place(std::int64_t c) const {
    return "layer '" + problem_.name + "', channel " + std::to_string(c);
  }

  bool check_finite() {
    std::vector<std::int64_t> first_bad(static_cast<std::size_t>(matrix_.channels));
    for_each_channel(matrix_, [&](std::int64_t c) {
      first_bad[static_cast<std::size_t>(c)] =
          first_not_finite(matrix_.row(c), matrix_.per_channel);
    });
    for (std::int64_t c = 0; c < matrix_.channels; ++c) {
      const std::int64_t k = first_bad[static_cast<std::size_t>(c)];
      if (k < matrix_.per_channel) return refuse_number(c, "weight", matrix_.row(c)[k]);
      const float bias = problem_.conv.bias[static_cast<std::size_t>(c)];
      if (!std::isfinite(bias)) return refuse_number(c, "bias", bias);
    }
    return true;
  }

  bool quantize_channels() {
    const std::int64_t step = channels_per_block(matrix_);
    std::vector<Block> blocks(static_cast<std::size_t>(base::ceil_div(matrix_.channels, step)));
    const auto make_work = [&]() -> base::ItemWork {
      return [&, inputs = GroupInputs(problem_)](std::int64_t b) mutable {
        Block& block = blocks[static_cast<std::size_t>(b)];
        const std::int64_t end = std::min(matrix_.channels, (b + 1) * step);
        for (std::int64_t c = b * step; c < end; ++c) {
          if (!quantize_channel({c, inputs, block})) return;
        }
      };
    };
    base::parallel_for_with(static_cast<std::int64_t>(blocks.size()), threads_, make_work);
    return put_together(blocks);
  }

  bool put_together(const std::vector<Block>& blocks) {
    Block worst;
    LayerSummary& summary = solution_.summary;
    for (const Block& block : blocks) {
      if (!block.refusal.empty()) {
        errors_.add(block.refusal.messages().front());
        return false;
      }
      if (block.worst_bits > worst.worst_bits) worst = block;
      summary.safe_accumulator_bits =
          std::max(summary.safe_accumulator_bits, block.summary.safe_accumulator_bits);
      summary.dead_channels += block.summary.dead_channels;
      summary.coarsened_channels += block.summary.coarsened_channels;
    }
    if (worst.worst_bits > 0) {
      errors_.add(place(worst.worst_channel), "hardware.mac_array.accumulator_bits",
                  std::to_string(limits_.accumulator_bits),
                  "at least " + std::to_string(worst.worst_bits));
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
  bool quantize_channel(const Channel& channel) {
    const std::int64_t c = channel.c;
    Block& block = channel.block;
    channel.inputs.see(c / (problem_.conv.out_channels / problem_.conv.groups));
    bool coarsened = false;
    for (;; coarsened = true) {
      const arith::FixedPoint factor = requantization_scale(c);
      if (factor.shift < arith::kMinShift) return refuse_shift(channel, factor.shift);
      if (factor.shift + scales_.shift(c) > arith::kMaxShift) {
        if (coarsen(c)) continue;
        return refuse_shift(channel, factor.shift + scales_.shift(c));
      }
      store_codes(c);
      const std::int64_t bias = quantized_bias(channel, scales_.zero_point);
      const int bits = accumulator_bits(channel, bias);
      if (bits > limits_.accumulator_bits && limits_.overflow == graph::Overflow::guaranteed) {
        if (coarsen(c)) continue;
        if (bits > block.worst_bits) block.worst_bits = bits, block.worst_channel = c;
        return true;  // go on: the error names the channel that needs most
      }
      solution_.conv.bias[static_cast<std::size_t>(c)] = stored_bias(bias);
      block.summary.safe_accumulator_bits = std::max(block.summary.safe_accumulator_bits, bits);
      break;
    }
    if (coarsened) ++block.summary.coarsened_channels;
    if (sums(c, scales_.zero_point).are_all_zero()) ++block.summary.dead_channels;
    return true;
  }

  // Rule 7. With a zero point it holds the sum over the codes as well, for hardware that takes
  // z_w * sum_k (x_k - z_x) off behind it.
  int accumulator_bits(const Channel& channel, std::int64_t bias) {
    const auto bits = [&](std::int64_t start, std::int32_t zero) {
      return signed_bits(channel.inputs.range(start, codes(channel.c), matrix_.per_channel, zero));
    };
    const std::int32_t zero = scales_.zero_point;
    if (zero == 0) return bits(bias, 0);
    return std::max(bits(bias, zero), bits(quantized_bias(channel, 0), 0));
  }

  // Rule 8: M = s_x * s_w / s_y.
  arith::FixedPoint requantization_scale(std::int64_t c) const {
    return arith::to_fixed_point(problem_.input.scale * scales_.scale(c) / problem_.output.scale,
                                 limits_.multiplier_bits);
  }

  CodeScale code_scale(std::int64_t c) const {
    return {scales_.scale(c), std::ldexp(1.0, scales_.shift(c)), scales_.zero_point};
  }

  CodeSums sums(std::int64_t c, std::int32_t zero) {
    return code_sums(codes(c), matrix_.per_channel, zero);
  }

  void store_codes(std::int64_t c) {
    if (given()) {
      const std::int8_t* first = given()->codes_ohwi.data() + c * matrix_.per_channel;
      std::copy_n(first, matrix_.per_channel, codes(c));
      return;
    }
    const std::int32_t zero = scales_.zero_point;
    make_codes(matrix_.row(c), matrix_.per_channel, code_scale(c),
               {min_code_ - zero, max_code_ - zero}, codes(c));
  }

  // Rules 5 and 6, for a sum over codes less `zero`. Given codes stand for the given weights
  // exactly: nothing to correct.
  std::int64_t quantized_bias(const Channel& channel, std::int32_t zero) {
    const std::int64_t c = channel.c;
    double bias = static_cast<double>(problem_.conv.bias[static_cast<std::size_t>(c)]);
    if (bias_correction_ && !given()) {
      bias += bias_correction(matrix_.row(c), codes(c), channel.inputs.means(), matrix_.per_channel,
                              code_scale(c));
    }
    const double unit = std::ldexp(problem_.input.scale * scales_.scale(c), -scales_.shift(c));
    const double scaled = given() && !given()->bias_codes.empty()
                              ? given_bias(*given(), static_cast<std::size_t>(c), unit)
                              : bias / unit;
    constexpr double kHuge =
        1152921504606846976.0;  // 2^60: far outside any accumulator, no overflow
    return arith::rne(std::clamp(scaled, -kHuge, kHuge)) -
           problem_.input.zero_point * sums(c, zero).total();
  }

  // In 32 bits. A guaranteed accumulator holds it as it is.
  std::int32_t stored_bias(std::int64_t bias) const {
    const auto overflow = limits_.overflow == graph::Overflow::wrap ? arith::Overflow::wrap
                                                                    : arith::Overflow::saturate;
    return static_cast<std::int32_t>(arith::reduce(bias, {32, overflow}));
  }

  bool refuse_shift(const Channel& channel, std::int32_t shift) const {
    channel.block.refusal.add(
        scales_.per_channel() ? place(channel.c) : "layer '" + problem_.name + "'",
        "requantization shift", std::to_string(shift),
        std::to_string(arith::kMinShift) + " to " + std::to_string(arith::kMaxShift) +
            " (ratio of input, weight and output scales)");
    return false;
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
  const int threads_;
  WeightMatrix matrix_;
  WeightScales scales_;
  ConvSolution solution_;
};

}  // namespace

ConvSolution quantize_conv(const ConvProblem& problem, const QuantizationOptions& options,
                           const HardwareLimits& limits, base::ErrorList& errors, int threads) {
  return ConvQuantizer(problem, options, limits, errors, threads).run();
}

}  // namespace npusim::quantize
