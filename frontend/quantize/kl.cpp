// SPDX-License-Identifier: Apache-2.0
// The calibrator that minimizes the divergence (relative entropy) of the values' distribution P
// from the one that codes can tell, Q. Over the bins i of the values other than zero:
// - p_i is the bin's share of all values; the bins at the ends of the range also get what lies
//   outside on their side;
// - q_i spreads the values inside that have the same code over that code's bins in proportion to
//   their widths, and is a share of the values inside.
// sum p_i ln(p_i / q_i) grows with what is left out, because only P has it, and with the structure
// that a code's cell levels. Zeros have their own code in every range and do not count.
//
// The measure is blind where the range holds so few bins that each has its own code; a range must
// therefore keep 99 % of the values of either side. The idea of choosing a threshold by relative
// entropy is S. Migacz's ("8-bit inference with TensorRT", 2017); ranges with two ends, bins of
// many widths and this Q are our own.
#include <algorithm>
#include <cmath>

#include "frontend/graph/lookup_function.h"
#include "frontend/quantize/activation.h"
#include "frontend/quantize/calibrator.h"
#include "frontend/quantize/range_search.h"

namespace npusim::quantize {
namespace {

constexpr double kMostLeftOut = 0.01;

// ln x of x > 0: frexp is exact, the rest + - * /.
double natural_log(double x) {
  constexpr double kLog2 = 0x1.62e42fefa39efp-1;
  int exponent = 0;
  const double mantissa = std::frexp(x, &exponent);  // in [1/2, 1)
  return graph::log_one_plus(2 * mantissa - 1) + (exponent - 1) * kLog2;
}

// Prefix sums over the bins [0, i) of one sign.
class SideDivergence {
 public:
  explicit SideDivergence(const std::vector<Histogram::Bin>& bins) : bins_(bins), sums_(1) {
    for (const Histogram::Bin& bin : bins) {
      const auto count = static_cast<double>(bin.count);
      const double width = bin.high - bin.low;
      const Sums& last = sums_.back();
      sums_.push_back({last.count + count, last.width + width,
                       last.entropy + count * natural_log(count / width)});
      middles_.push_back(bin.middle());
    }
  }

  double values() const { return sums_.back().count; }
  double inside(std::size_t bins) const { return sums_[bins].count; }

  /// The sum of P_i ln(P_i / Q_i), with P and Q counts in place of shares; codes 0 .. most stand
  /// for multiples of scale.
  double of(double scale, std::int32_t most, std::size_t inside) const {
    if (inside == 0) return 0;
    const double outside = values() - sums_[inside].count;
    const Histogram::Bin& last = bins_[inside - 1];
    const double last_count = static_cast<double>(last.count) + outside;
    double result =
        sums_[inside - 1].entropy + last_count * natural_log(last_count / (last.high - last.low));
    const auto stop = middles_.begin() + static_cast<std::ptrdiff_t>(inside);
    auto begin = middles_.begin();
    for (std::int32_t k = 0; k <= most && begin != stop; ++k) {
      const auto end = k == most ? stop : std::upper_bound(begin, stop, (k + 0.5) * scale);
      if (end == begin) continue;
      const Sums& from = sums_[static_cast<std::size_t>(begin - middles_.begin())];
      const Sums& to = sums_[static_cast<std::size_t>(end - middles_.begin())];
      const double count = to.count - from.count;
      const double clipped = end == stop ? outside : 0;
      result -= (count + clipped) * natural_log(count / (to.width - from.width));
      begin = end;
    }
    return result;
  }

 private:
  struct Sums {
    double count = 0;
    double width = 0;
    double entropy = 0;  // of count * ln(count / width)
  };
  const std::vector<Histogram::Bin>& bins_;
  std::vector<Sums> sums_;  // one more than bins
  std::vector<double> middles_;
};

class KlCalibrator final : public Calibrator {
 public:
  std::string_view name() const override { return "kl"; }
  bool needs_histogram() const override { return true; }

  Range range(const TensorStatistics& statistics, std::int32_t code_bits) const override {
    const graph::Clamps codes = code_range(code_bits);
    const SearchSide negative = negative_side(statistics, kMostLeftOut);
    const SearchSide positive = positive_side(statistics, kMostLeftOut);
    const SideDivergence below(negative.bins);
    const SideDivergence above(positive.bins);
    const double values = below.values() + above.values();
    return least_cost_range(negative, positive, [&](const Range& range, const RangeBins& bins) {
      if (values == 0) return 0.0;
      const graph::TensorQuantization q = activation_quantization(range.low, range.high, code_bits);
      const double inside = below.inside(bins.negative) + above.inside(bins.positive);
      return below.of(q.scale, q.zero_point - codes.low, bins.negative) +
             above.of(q.scale, codes.high - q.zero_point, bins.positive) +
             values * natural_log(inside / values);
    });
  }
};

}  // namespace

std::unique_ptr<Calibrator> make_kl_calibrator() { return std::make_unique<KlCalibrator>(); }

}  // namespace npusim::quantize
