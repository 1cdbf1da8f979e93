// SPDX-License-Identifier: Apache-2.0
// The calibrator that minimizes the squared difference between values and what their codes stand
// for. A value counts as the middle of its bin.
#include <algorithm>

#include "frontend/quantize/activation.h"
#include "frontend/quantize/calibrator.h"
#include "frontend/quantize/range_search.h"

namespace npusim::quantize {
namespace {

// The moments of the bins [0, i) of one sign, so that the error of a code's cell is a difference.
class SideError {
 public:
  explicit SideError(const std::vector<Histogram::Bin>& bins) : sums_(1) {
    for (const Histogram::Bin& bin : bins) {
      const double x = bin.middle();
      const auto count = static_cast<double>(bin.count);
      const Moments& last = sums_.back();
      sums_.push_back({last.count + count, last.sum + count * x, last.squares + count * x * x});
      middles_.push_back(x);
    }
  }

  /// Sum of (x - k * scale)^2, k the nearest of the codes 0 .. most.
  double of(double scale, std::int32_t most) const {
    double error = 0;
    auto begin = middles_.begin();
    for (std::int32_t k = 0; k <= most && begin != middles_.end(); ++k) {
      const auto end =
          k == most ? middles_.end() : std::upper_bound(begin, middles_.end(), (k + 0.5) * scale);
      const Moments& from = sums_[static_cast<std::size_t>(begin - middles_.begin())];
      const Moments& to = sums_[static_cast<std::size_t>(end - middles_.begin())];
      const double value = k * scale;
      error += (to.squares - from.squares) - 2 * value * (to.sum - from.sum) +
               value * value * (to.count - from.count);
      begin = end;
    }
    return error;
  }

 private:
  struct Moments {
    double count = 0;
    double sum = 0;
    double squares = 0;
  };
  std::vector<Moments> sums_;  // one more than bins
  std::vector<double> middles_;
};

class MseCalibrator final : public Calibrator {
 public:
  std::string_view name() const override { return "mse"; }
  bool needs_histogram() const override { return true; }

  Range range(const TensorStatistics& statistics, std::int32_t code_bits) const override {
    const graph::Clamps codes = code_range(code_bits);
    const SearchSide negative = negative_side(statistics, 1);
    const SearchSide positive = positive_side(statistics, 1);
    const SideError below(negative.bins);
    const SideError above(positive.bins);
    return least_cost_range(negative, positive, [&](const Range& range, const RangeBins&) {
      const graph::TensorQuantization q = activation_quantization(range.low, range.high, code_bits);
      return below.of(q.scale, q.zero_point - codes.low) +
             above.of(q.scale, codes.high - q.zero_point);
    });
  }
};

}  // namespace

std::unique_ptr<Calibrator> make_mse_calibrator() { return std::make_unique<MseCalibrator>(); }

}  // namespace npusim::quantize
