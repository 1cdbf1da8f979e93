// SPDX-License-Identifier: Apache-2.0
#include "sim/arith/packed_weights.h"

#include <algorithm>

namespace npusim::arith {
namespace {

constexpr std::int64_t kStrip = PackedWeights::kStrip;

std::int16_t difference(std::int8_t weight, std::int32_t zero_point) {
  return static_cast<std::int16_t>(weight - zero_point);
}

// The whole pair of a whole strip with contiguous channels: what a compiler vectorises.
void pack_pair(const std::int8_t* first, const std::int8_t* second, std::int32_t zero_point,
               std::int16_t* out) {
  for (std::int64_t i = 0; i < kStrip; ++i) {
    out[2 * i] = difference(first[i], zero_point);
    out[2 * i + 1] = difference(second[i], zero_point);
  }
}

}  // namespace

void PackedWeights::pack(const std::int8_t* weights, std::int64_t k_stride, std::int64_t n_stride,
                         std::int64_t k, std::int64_t n, std::int32_t zero_point) {
  k_ = k;
  n_ = n;
  // Never empty: kernels form the addresses of a strip's channels before they know that k is 0.
  data_.resize(static_cast<std::size_t>(std::max(strips() * strip_stride(), 2 * kStrip)));
  std::int16_t* out = data_.data();
  for (std::int64_t begin = 0; begin < n; begin += kStrip) {
    const std::int64_t channels = std::min(kStrip, n - begin);
    for (std::int64_t row = 0; row < k; row += 2, out += 2 * kStrip) {
      const std::int8_t* first = weights + row * k_stride + begin * n_stride;
      if (n_stride == 1 && channels == kStrip && row + 1 < k) {
        pack_pair(first, first + k_stride, zero_point, out);
        continue;
      }
      std::fill_n(out, 2 * kStrip, std::int16_t{0});
      for (std::int64_t i = 0; i < channels; ++i) {
        out[2 * i] = difference(first[i * n_stride], zero_point);
        if (row + 1 < k) out[2 * i + 1] = difference(first[i * n_stride + k_stride], zero_point);
      }
    }
  }
}

}  // namespace npusim::arith
