// SPDX-License-Identifier: Apache-2.0
#include "sim/arith/packed_weights.h"

#include <hwy/highway.h>

#include <algorithm>
#include <cstring>
#include <iterator>

#include "sim/arith/simd.h"

namespace npusim::arith {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

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
constexpr std::int16_t kMostWeight = 128;

// Of each two neighbouring weights of a quad, the sums of the positive and of the negative ones.
struct QuadSums {
  std::int16_t positive[PackedWeights::kQuadBytes / 2];
  std::int16_t negative[PackedWeights::kQuadBytes / 2];
};

// Vectors that every x86-64 has: a quad is looked at once, when its weights are packed.
constexpr hn::CappedTag<std::int16_t, 8> kWords;

QuadSums sums_of(const std::int8_t* quad) {
  QuadSums sums;
  const hn::Repartition<std::int8_t, decltype(kWords)> bytes;
  const auto none = hn::Zero(kWords);
  for (std::size_t i = 0; i < std::size(sums.positive); i += hn::Lanes(kWords)) {
    const auto neighbours = hn::BitCast(kWords, hn::LoadU(bytes, quad + 2 * i));
    const auto first = hn::ShiftRight<8>(hn::ShiftLeft<8>(neighbours));
    const auto second = hn::ShiftRight<8>(neighbours);
    const auto positive = hn::Max(first, none) + hn::Max(second, none);
    hn::StoreU(positive, kWords, sums.positive + i);
    hn::StoreU(positive - first - second, kWords, sums.negative + i);
  }
  return sums;
}

// A quad that has found no other to be paired with, among the few that wait.
struct Waiting {
  std::uint32_t quad;
  QuadSums sums;
};
constexpr std::size_t kMostWaiting = 8;

PackedWeights::QuadPlace place_of(std::uint32_t quad) {
  constexpr std::uint32_t kSegmentQuads = PackedWeights::kSegmentBytes / kQuad;
  return {quad * static_cast<std::uint32_t>(PackedWeights::kQuadBytes),
          quad / kSegmentQuads * static_cast<std::uint32_t>(PackedWeights::kSegmentStride) +
              quad % kSegmentQuads * static_cast<std::uint32_t>(kQuad)};
}

bool fit_together(const QuadSums& a, const QuadSums& b) {
  auto largest = hn::Zero(kWords);
  for (std::size_t i = 0; i < std::size(a.positive); i += hn::Lanes(kWords)) {
    const auto sum = [i](const std::int16_t* of_a, const std::int16_t* of_b) {
      return hn::LoadU(kWords, of_a + i) + hn::LoadU(kWords, of_b + i);
    };
    largest = hn::Max(largest, hn::Max(sum(a.positive, b.positive), sum(a.negative, b.negative)));
  }
  return hn::AllFalse(kWords, largest > hn::Set(kWords, kMostWeight));
}

}  // namespace

void PackedWeights::sort_quads() {
  const auto count = static_cast<std::uint32_t>(quads());
  order_.assign(static_cast<std::size_t>(strips()), {});
  ordered_quads_.resize(order_.size() * count);
  std::vector<std::uint32_t> single;
  std::vector<std::uint32_t> rest;
  std::vector<Waiting> waiting;
  QuadPlace* out = ordered_quads_.data();
  std::size_t paired = 0;
  std::size_t apart = 0;
  for (std::int64_t strip = 0; strip < strips(); ++strip) {
    const std::int8_t* weights = data_.data() + strip * strip_bytes();
    QuadOrder& order = order_[static_cast<std::size_t>(strip)];
    single.clear();
    rest.clear();
    waiting.clear();
    for (std::uint32_t quad = 0; quad < count; ++quad) {
      const QuadSums sums = sums_of(weights + quad * kQuadBytes);
      if (!fit_together(sums, {})) {
        rest.push_back(quad);
        continue;
      }
      const auto partner =
          std::find_if(waiting.begin(), waiting.end(),
                       [&sums](const Waiting& other) { return fit_together(other.sums, sums); });
      if (partner != waiting.end()) {
        *out++ = place_of(partner->quad);
        *out++ = place_of(quad);
        order.paired += 2;
        waiting.erase(partner);
        continue;
      }
      if (waiting.size() == kMostWaiting) {
        single.push_back(waiting.front().quad);
        waiting.erase(waiting.begin());
      }
      waiting.push_back({quad, sums});
    }
    for (const Waiting& alone : waiting) single.push_back(alone.quad);
    order.single = static_cast<std::int64_t>(single.size());
    out = std::transform(single.begin(), single.end(), out, place_of);
    out = std::transform(rest.begin(), rest.end(), out, place_of);
    paired += static_cast<std::size_t>(order.paired);
    apart += rest.size();
  }
  is_sorted_ = true;
  few_quads_fit_ = apart > paired;
  if (few_quads_fit_) widen();
}

void PackedWeights::widen() {
  words_.resize(data_.size());
  const std::int8_t* from = data_.data();
  std::int16_t* out = words_.data();
  for (std::int64_t quad = strips() * quads(); quad > 0; --quad, out += kQuadWords) {
    for (std::int64_t i = 0; i < kStrip; ++i, from += kQuad) {
      const std::int8_t ordered[] = {from[0], from[2], from[1], from[3]};
      std::copy_n(ordered, 2, out + 2 * i);
      std::copy_n(ordered + 2, 2, out + kQuadWords / 2 + 2 * i);
    }
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
  is_sorted_ = false;
  if (!has_exact_byte_products()) sort_quads();
}

}  // namespace npusim::arith
