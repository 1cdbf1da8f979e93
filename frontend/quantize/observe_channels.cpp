// SPDX-License-Identifier: Apache-2.0
// Why this is fast although every channel adds up its positions in order: the lanes are channels,
// and the extremes and sums of a block of channels stay in registers while the positions run. The
// plain twin is in tests/unit/quantize/statistics_test.cpp.
#include "frontend/quantize/observe_channels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "frontend/quantize/observe_channels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace npusim::quantize::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Doubles = hn::CappedTag<double, 8>;

template <int kVectors, class D>
HWY_INLINE void observe_block(D d, const float* values, std::int64_t positions,
                              std::int64_t channels, float* low, float* high, double* sums) {
  const hn::Rebind<float, D> f;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  hn::Vec<decltype(f)> least[kVectors];
  hn::Vec<decltype(f)> greatest[kVectors];
  hn::Vec<D> sum[kVectors];
  for (int v = 0; v < kVectors; ++v) {
    least[v] = hn::LoadU(f, low + v * lanes);
    greatest[v] = hn::LoadU(f, high + v * lanes);
    sum[v] = hn::LoadU(d, sums + v * lanes);
  }
  for (std::int64_t p = 0; p < positions; ++p, values += channels) {
    for (int v = 0; v < kVectors; ++v) {
      const auto x = hn::LoadU(f, values + v * lanes);
      // Not Min and Max, whose result for zeros of both signs is left open.
      least[v] = hn::IfThenElse(x < least[v], x, least[v]);
      greatest[v] = hn::IfThenElse(x > greatest[v], x, greatest[v]);
      sum[v] = sum[v] + hn::PromoteTo(d, x);
    }
  }
  for (int v = 0; v < kVectors; ++v) {
    hn::StoreU(least[v], f, low + v * lanes);
    hn::StoreU(greatest[v], f, high + v * lanes);
    hn::StoreU(sum[v], d, sums + v * lanes);
  }
}

void observe_channels(const float* values, std::int64_t positions, std::int64_t channels,
                      float* low, float* high, double* sums) {
  constexpr int kVectors = 4;
  const Doubles full;
  const hn::CappedTag<double, 1> one;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(full));
  std::int64_t c = 0;
  for (; c + kVectors * lanes <= channels; c += kVectors * lanes) {
    observe_block<kVectors>(full, values + c, positions, channels, low + c, high + c, sums + c);
  }
  for (; c + lanes <= channels; c += lanes) {
    observe_block<1>(full, values + c, positions, channels, low + c, high + c, sums + c);
  }
  for (; c + 3 <= channels; c += 3) {  // such as the colours of a picture
    observe_block<3>(one, values + c, positions, channels, low + c, high + c, sums + c);
  }
  for (; c < channels; ++c) {
    observe_block<1>(one, values + c, positions, channels, low + c, high + c, sums + c);
  }
}

}  // namespace npusim::quantize::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace npusim::quantize {
namespace {
HWY_EXPORT(observe_channels);
}  // namespace

void observe_channels(const float* values, std::int64_t positions, std::int64_t channels,
                      float* low, float* high, double* sums) {
  HWY_DYNAMIC_DISPATCH(observe_channels)(values, positions, channels, low, high, sums);
}

}  // namespace npusim::quantize
#endif  // HWY_ONCE
