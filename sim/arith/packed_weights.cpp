// SPDX-License-Identifier: Apache-2.0
#include "sim/arith/packed_weights.h"

#include <algorithm>
#include <cstring>

#include "sim/arith/simd.h"

namespace npusim::arith {
namespace {

constexpr std::int64_t kStrip = PackedWeights::kStrip;
constexpr std::int64_t kQuad = PackedWeights::kQuad;

// Their sum fits 16 bits, twice as many lanes as 32.
constexpr std::int64_t kQuadsAtOnce = 64;
static_assert(kQuadsAtOnce * kQuad * 128 <= 1 << 15);

// A whole quad of a whole strip with contiguous channels: what a compiler vectorises.
void pack_quad(const std::int8_t* first, std::int64_t k_stride, std::int8_t* out,
               std::int16_t* sums) {
  const std::int8_t* const second = first + k_stride;
  const std::int8_t* const third = second + k_stride;
  const std::int8_t* const fourth = third + k_stride;
  for (std::int64_t i = 0; i < kStrip; ++i) {
    out[kQuad * i] = first[i];
    out[kQuad * i + 1] = second[i];
    out[kQuad * i + 2] = third[i];
    out[kQuad * i + 3] = fourth[i];
    sums[i] = static_cast<std::int16_t>(sums[i] + first[i] + second[i] + third[i] + fourth[i]);
  }
}

void pack_quads(const std::int8_t* weights, std::int64_t k_stride, std::int64_t quads,
                std::int8_t* out, std::int32_t* sums) {
  for (std::int64_t begin = 0; begin < quads; begin += kQuadsAtOnce) {
    std::int16_t partial[kStrip] = {};
    const std::int64_t end = std::min(begin + kQuadsAtOnce, quads);
    for (std::int64_t quad = begin; quad < end; ++quad) {
      pack_quad(weights + quad * kQuad * k_stride, k_stride, out + quad * PackedWeights::kQuadBytes,
                partial);
    }
    for (std::int64_t i = 0; i < kStrip; ++i) sums[i] += partial[i];
  }
}

// What inputs up to 255 may be multiplied with and summed in 16 bits.
constexpr int kMostWeight = 128;

// The largest sums of the positive and of the negative weights of two neighbours, each of the first
// quad and, where there is one, the same of the second.
int largest_sum(const std::int8_t* first, const std::int8_t* second) {
  int largest = 0;
  for (std::int64_t i = 0; i < PackedWeights::kQuadBytes; i += 2) {
    const auto a = int{first[i]};
    const auto b = int{first[i + 1]};
    const int c = second != nullptr ? int{second[i]} : 0;
    const int d = second != nullptr ? int{second[i + 1]} : 0;
    const int positive = std::max(a, 0) + std::max(b, 0) + std::max(c, 0) + std::max(d, 0);
    largest = std::max({largest, positive, positive - (a + b + c + d)});
  }
  return largest;
}

}  // namespace

void PackedWeights::sort_quads() {
  const auto count = static_cast<std::uint32_t>(quads());
  order_.assign(static_cast<std::size_t>(strips()), {});
  ordered_quads_.resize(order_.size() * count);
  std::vector<std::uint32_t> single;
  std::vector<std::uint32_t> rest;
  std::uint32_t* out = ordered_quads_.data();
  for (std::int64_t strip = 0; strip < strips(); ++strip) {
    const std::int8_t* weights = data_.data() + strip * strip_bytes();
    QuadOrder& order = order_[static_cast<std::size_t>(strip)];
    single.clear();
    rest.clear();
    constexpr std::uint32_t kNone = ~std::uint32_t{0};
    std::uint32_t waiting = kNone;  // for a partner
    for (std::uint32_t quad = 0; quad < count; ++quad) {
      const std::int8_t* own = weights + quad * kQuadBytes;
      if (largest_sum(own, nullptr) > kMostWeight) {
        rest.push_back(quad);
      } else if (waiting == kNone) {
        waiting = quad;
      } else if (largest_sum(weights + waiting * kQuadBytes, own) <= kMostWeight) {
        *out++ = waiting;
        *out++ = quad;
        order.paired += 2;
        waiting = kNone;
      } else {
        single.push_back(waiting);
        waiting = quad;
      }
    }
    if (waiting != kNone) single.push_back(waiting);
    order.single = static_cast<std::int64_t>(single.size());
    out = std::copy(single.begin(), single.end(), out);
    out = std::copy(rest.begin(), rest.end(), out);
  }
}

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
    const std::int64_t whole = n_stride == 1 && channels == kStrip ? k / kQuad : 0;
    if (whole > 0) pack_quads(weights + begin, k_stride, whole, out, sums);
    out += whole * kQuadBytes;
    for (std::int64_t row = whole * kQuad; row < k; row += kQuad, out += kQuadBytes) {
      const std::int8_t* first = weights + row * k_stride + begin * n_stride;
      const std::int64_t count = std::min(kQuad, k - row);
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
  order_.clear();
  if (!has_exact_byte_products()) sort_quads();
}

}  // namespace npusim::arith
