// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "frontend/execute/float_kernels.h"
#include "sim/base/math.h"

namespace npusim::execute {

FloatWeights::FloatWeights(const float* weights_nk, const float* bias, std::int64_t k,
                           std::int64_t n, float low, float high)
    : k_(k), n_(n), low_(low), high_(high) {
  const std::int64_t padded = base::round_up(n, kStrip);
  data_.resize(static_cast<std::size_t>(padded * k));
  bias_.resize(static_cast<std::size_t>(padded));
  std::copy_n(bias, n, bias_.begin());
  for (std::int64_t channel = 0; channel < n; ++channel) {
    float* strip = data_.data() + (channel / kStrip) * strip_stride() + channel % kStrip;
    for (std::int64_t i = 0; i < k; ++i) strip[i * kStrip] = weights_nk[channel * k + i];
  }
}

}  // namespace npusim::execute
