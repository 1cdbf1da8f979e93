// SPDX-License-Identifier: Apache-2.0
#include "sim/arith/packed_weights.h"

#include <algorithm>
#include <cstring>

namespace npusim::arith {
namespace {

constexpr std::int64_t kStrip = PackedWeights::kStrip;
constexpr std::int64_t kQuad = PackedWeights::kQuad;

// A whole quad of a whole strip with contiguous channels: what a compiler vectorises.
void pack_quad(const std::int8_t* first, std::int64_t k_stride, std::int8_t* out,
               std::int32_t* sums) {
  const std::int8_t* const second = first + k_stride;
  const std::int8_t* const third = second + k_stride;
  const std::int8_t* const fourth = third + k_stride;
  for (std::int64_t i = 0; i < kStrip; ++i) {
    out[kQuad * i] = first[i];
    out[kQuad * i + 1] = second[i];
    out[kQuad * i + 2] = third[i];
    out[kQuad * i + 3] = fourth[i];
    sums[i] += first[i] + second[i] + third[i] + fourth[i];
  }
}

}  // namespace

void PackedWeights::pack(const std::int8_t* weights, std::int64_t k_stride, std::int64_t n_stride,
                         std::int64_t k, std::int64_t n, std::int32_t zero_point) {
  k_ = k;
  n_ = n;
  zero_point_ = zero_point;
  // Never empty: kernels form the addresses of a strip's channels before they know that k is 0.
  data_.resize(static_cast<std::size_t>(std::max(strips() * strip_bytes(), kQuadBytes)));
  column_sums_.assign(static_cast<std::size_t>(strips() * kStrip), 0);
  const auto absent = static_cast<std::int8_t>(zero_point);
  std::int8_t* out = data_.data();
  for (std::int64_t begin = 0; begin < n; begin += kStrip) {
    const std::int64_t channels = std::min(kStrip, n - begin);
    std::int32_t* sums = column_sums_.data() + begin;
    for (std::int64_t row = 0; row < k; row += kQuad, out += kQuadBytes) {
      const std::int8_t* first = weights + row * k_stride + begin * n_stride;
      const std::int64_t count = std::min(kQuad, k - row);
      if (n_stride == 1 && channels == kStrip && count == kQuad) {
        pack_quad(first, k_stride, out, sums);
        continue;
      }
      std::memset(out, 0, kQuadBytes);
      for (std::int64_t i = 0; i < kStrip; ++i) {
        for (std::int64_t j = 0; j < count; ++j) {
          const std::int8_t weight = i < channels ? first[i * n_stride + j * k_stride] : absent;
          out[kQuad * i + j] = weight;
          sums[i] += weight;
        }
      }
    }
  }
}

}  // namespace npusim::arith
