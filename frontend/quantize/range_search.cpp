// SPDX-License-Identifier: Apache-2.0
#include "frontend/quantize/range_search.h"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace npusim::quantize {
namespace {

// In bins: an eighth of an octave first.
constexpr std::array<std::int32_t, 3> kStrides = {128, 16, 1};
constexpr int kMostTurns = 8;

// Moves one end. `cost_of` takes the number of bins inside.
class EndSearch {
 public:
  EndSearch(const SearchSide& side, std::size_t inside, double cost)
      : side_(side), best_(inside), best_cost_(cost) {}

  template <typename CostOf>
  void run(const CostOf& cost_of) {
    std::int32_t reach = 2 * 256 * Histogram::kBinsPerOctave;  // everywhere
    for (const std::int32_t stride : kStrides) {
      scan(stride, reach, cost_of);
      reach = stride;
    }
  }

  std::size_t best() const { return best_; }
  double best_cost() const { return best_cost_; }

 private:
  // The bin that is the last inside.
  std::int32_t index(std::size_t inside) const { return side_.bins[inside - 1].index; }

  // Ends at least `stride` bins apart, from the outermost one inwards, at most `reach` from the
  // best so far.
  template <typename CostOf>
  void scan(std::int32_t stride, std::int32_t reach, const CostOf& cost_of) {
    const std::int32_t around = index(best_);
    std::int32_t last = around + reach + stride;
    for (std::size_t inside = side_.bins.size(); inside >= side_.innermost; --inside) {
      const std::int32_t here = index(inside);
      if (here > around + reach || here > last - stride) continue;
      if (here < around - reach) return;
      last = here;
      const double cost = cost_of(inside);
      if (cost < best_cost_ || (cost == best_cost_ && inside > best_)) {
        best_ = inside;
        best_cost_ = cost;
      }
    }
  }

  const SearchSide& side_;
  std::size_t best_;
  double best_cost_;
};

SearchSide make_side(std::vector<Histogram::Bin> bins, double end, double most_left_out) {
  SearchSide side{std::move(bins), end, 1};
  std::int64_t values = 0;
  for (const Histogram::Bin& bin : side.bins) values += bin.count;
  const auto leave = static_cast<std::int64_t>(static_cast<double>(values) * most_left_out);
  std::int64_t left_out = 0;
  side.innermost = side.bins.size();
  while (side.innermost > 1) {
    left_out += side.bins[side.innermost - 1].count;
    if (left_out > leave) break;
    --side.innermost;
  }
  return side;
}

}  // namespace

SearchSide negative_side(const TensorStatistics& statistics, double most_left_out) {
  return make_side(statistics.histogram.negative(), -static_cast<double>(statistics.min),
                   most_left_out);
}

SearchSide positive_side(const TensorStatistics& statistics, double most_left_out) {
  return make_side(statistics.histogram.positive(), static_cast<double>(statistics.max),
                   most_left_out);
}

Range least_cost_range(const SearchSide& negative, const SearchSide& positive,
                       const RangeCost& cost) {
  const auto range_of = [&](const RangeBins& bins) {
    return Range{-negative.limit(bins.negative), positive.limit(bins.positive)};
  };
  RangeBins bins{negative.bins.size(), positive.bins.size()};
  double least = cost(range_of(bins), bins);
  const auto move = [&](const SearchSide& side, std::size_t RangeBins::*end) {
    if (side.bins.empty()) return false;
    EndSearch search(side, bins.*end, least);
    search.run([&](std::size_t inside) {
      RangeBins tried = bins;
      tried.*end = inside;
      return cost(range_of(tried), tried);
    });
    const bool moved = search.best() != bins.*end;
    bins.*end = search.best();
    least = search.best_cost();
    return moved;
  };
  for (int turn = 0; turn < kMostTurns; ++turn) {
    const bool upper = move(positive, &RangeBins::positive);
    const bool lower = move(negative, &RangeBins::negative);
    if (!upper && !lower) break;
  }
  return range_of(bins);
}

}  // namespace npusim::quantize
