// SPDX-License-Identifier: Apache-2.0
#include "scripts/train/kernels.h"

#include <algorithm>
#include <type_traits>

#include "scripts/train/lanes.h"

namespace npusim::train {
namespace {

constexpr std::int64_t kRows = 4;  // Rows of a tile: every pixel count here is a multiple of 4.
constexpr std::int64_t kTaps = 9;

/// A tile of kRows x (kVectors * kLanes) products, kept in registers over the whole sum.
template <int kLanes, int kVectors>
void multiply_tile(const float* a, std::int64_t a_stride, const float* b, std::int64_t k,
                   std::int64_t n, float* c) {
  using L = Lanes<kLanes>;
  typename L::Vector sum[kRows][kVectors] = {};
  for (std::int64_t i = 0; i < k; ++i) {
    for (int v = 0; v < kVectors; ++v) {
      typename L::Vector column;
      L::load(b + i * n + v * kLanes, column);
      for (std::int64_t r = 0; r < kRows; ++r) sum[r][v] += a[r * a_stride + i] * column;
    }
  }
  for (std::int64_t r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) L::store(sum[r][v], c + r * n + v * kLanes);
  }
}

template <int kLanes, int kVectors>
void outer_tile(const float* a, const float* d, float* g, std::int64_t m, std::int64_t k,
                std::int64_t n) {
  using L = Lanes<kLanes>;
  typename L::Vector sum[kRows][kVectors] = {};
  for (std::int64_t i = 0; i < m; ++i) {
    for (int v = 0; v < kVectors; ++v) {
      typename L::Vector column;
      L::load(d + i * n + v * kLanes, column);
      for (std::int64_t r = 0; r < kRows; ++r) sum[r][v] += a[i * k + r] * column;
    }
  }
  for (std::int64_t r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) {
      float* place = g + r * n + v * kLanes;
      typename L::Vector old;
      L::load(place, old);
      old += sum[r][v];
      L::store(old, place);
    }
  }
}

/// Loads the nine weight (or gradient) vectors of the channels from `channel`.
template <int kLanes>
void load_taps(const float* from, std::int64_t channels, typename Lanes<kLanes>::Vector* taps) {
  for (std::int64_t t = 0; t < kTaps; ++t) Lanes<kLanes>::load(from + t * channels, taps[t]);
}

template <int kLanes>
void depthwise_lanes(const float* in, std::int64_t in_size, const float* weights, float* out,
                     std::int64_t out_size, std::int64_t channels, std::int64_t stride) {
  using L = Lanes<kLanes>;
  typename L::Vector taps[kTaps];
  load_taps<kLanes>(weights, channels, taps);
  for (std::int64_t y = 0; y < out_size; ++y) {
    for (std::int64_t x = 0; x < out_size; ++x) {
      const float* corner = in + (y * stride * in_size + x * stride) * channels;
      typename L::Vector sum = {};
      for (std::int64_t t = 0; t < kTaps; ++t) {
        typename L::Vector value;
        L::load(corner + (t / 3 * in_size + t % 3) * channels, value);
        sum += value * taps[t];
      }
      L::store(sum, out + (y * out_size + x) * channels);
    }
  }
}

template <int kLanes>
void accumulate_depthwise_lanes(const float* in, std::int64_t in_size, const float* d, float* g,
                                std::int64_t out_size, std::int64_t channels, std::int64_t stride) {
  using L = Lanes<kLanes>;
  typename L::Vector sums[kTaps] = {};
  for (std::int64_t y = 0; y < out_size; ++y) {
    for (std::int64_t x = 0; x < out_size; ++x) {
      const float* corner = in + (y * stride * in_size + x * stride) * channels;
      typename L::Vector gradient;
      L::load(d + (y * out_size + x) * channels, gradient);
      for (std::int64_t t = 0; t < kTaps; ++t) {
        typename L::Vector value;
        L::load(corner + (t / 3 * in_size + t % 3) * channels, value);
        sums[t] += value * gradient;
      }
    }
  }
  for (std::int64_t t = 0; t < kTaps; ++t) {
    typename L::Vector old;
    L::load(g + t * channels, old);
    old += sums[t];
    L::store(old, g + t * channels);
  }
}

template <int kLanes>
void add_to(const typename Lanes<kLanes>::Vector& values, double* sums) {
  for (int i = 0; i < kLanes; ++i) sums[i] += static_cast<double>(values[i]);
}

}  // namespace

void gather_patches(const float* image, std::int64_t in_size, std::int64_t out_size, float outside,
                    float* patches) {
  constexpr std::int64_t kChannels = 3;
  std::fill_n(patches, out_size * out_size * kPatchColumns, outside);
  for (std::int64_t y = 0; y < out_size; ++y) {
    for (std::int64_t x = 0; x < out_size; ++x, patches += kPatchColumns) {
      for (std::int64_t t = 0; t < kTaps; ++t) {
        const std::int64_t row = 2 * y + t / 3;
        const std::int64_t column = 2 * x + t % 3;
        if (row >= in_size || column >= in_size) continue;
        std::copy_n(image + (row * in_size + column) * kChannels, kChannels,
                    patches + t * kChannels);
      }
    }
  }
}

void multiply(const float* a, const float* b, float* c, std::int64_t m, std::int64_t k,
              std::int64_t n) {
  with_lanes([&](auto lanes) {
    constexpr int kLanes = lanes;
    std::int64_t column = 0;
    for (; column + 2 * kLanes <= n; column += 2 * kLanes) {
      for (std::int64_t row = 0; row < m; row += kRows) {
        multiply_tile<kLanes, 2>(a + row * k, k, b + column, k, n, c + row * n + column);
      }
    }
    for (; column < n; column += kLanes) {
      for (std::int64_t row = 0; row < m; row += kRows) {
        multiply_tile<kLanes, 1>(a + row * k, k, b + column, k, n, c + row * n + column);
      }
    }
  });
}

void accumulate_outer(const float* a, const float* d, float* g, std::int64_t m, std::int64_t k,
                      std::int64_t n) {
  with_lanes([&](auto lanes) {
    constexpr int kLanes = lanes;
    for (std::int64_t row = 0; row < k; row += kRows) {
      std::int64_t column = 0;
      for (; column + 2 * kLanes <= n; column += 2 * kLanes) {
        outer_tile<kLanes, 2>(a + row, d + column, g + row * n + column, m, k, n);
      }
      for (; column < n; column += kLanes) {
        outer_tile<kLanes, 1>(a + row, d + column, g + row * n + column, m, k, n);
      }
    }
  });
}

void depthwise(const float* in, std::int64_t in_size, const float* weights, float* out,
               std::int64_t out_size, std::int64_t channels, std::int64_t stride) {
  with_lanes([&](auto lanes) {
    for (std::int64_t c = 0; c < channels; c += lanes) {
      depthwise_lanes<lanes>(in + c, in_size, weights + c, out + c, out_size, channels, stride);
    }
  });
}

void accumulate_depthwise(const float* in, std::int64_t in_size, const float* d, float* g,
                          std::int64_t out_size, std::int64_t channels, std::int64_t stride) {
  with_lanes([&](auto lanes) {
    for (std::int64_t c = 0; c < channels; c += lanes) {
      accumulate_depthwise_lanes<lanes>(in + c, in_size, d + c, g + c, out_size, channels, stride);
    }
  });
}

void activate(const float* z, const float* scale, const float* offset, float* out,
              std::int64_t pixels, std::int64_t channels) {
  with_lanes([&](auto lanes) {
    using L = Lanes<lanes>;
    for (std::int64_t c = 0; c < channels; c += lanes) {
      typename L::Vector s;
      typename L::Vector o;
      L::load(scale + c, s);
      L::load(offset + c, o);
      const typename L::Vector zero = {};
      const typename L::Vector six = zero + 6.0F;
      for (std::int64_t p = 0; p < pixels; ++p) {
        typename L::Vector y;
        L::load(z + p * channels + c, y);
        y = y * s + o;
        y = y > zero ? y : zero;
        y = y < six ? y : six;
        L::store(y, out + p * channels + c);
      }
    }
  });
}

void add_moments(const float* z, double* sums, std::int64_t pixels, std::int64_t channels) {
  with_lanes([&](auto lanes) {
    using L = Lanes<lanes>;
    for (std::int64_t c = 0; c < channels; c += lanes) {
      typename L::Vector sum = {};
      typename L::Vector squares = {};
      for (std::int64_t p = 0; p < pixels; ++p) {
        typename L::Vector y;
        L::load(z + p * channels + c, y);
        sum += y;
        squares += y * y;
      }
      add_to<lanes>(sum, sums + c);
      add_to<lanes>(squares, sums + channels + c);
    }
  });
}

void mask_and_add_moments(const float* z, const float* scale, const float* offset, float* d,
                          double* sums, std::int64_t pixels, std::int64_t channels) {
  with_lanes([&](auto lanes) {
    using L = Lanes<lanes>;
    for (std::int64_t c = 0; c < channels; c += lanes) {
      typename L::Vector s;
      typename L::Vector o;
      L::load(scale + c, s);
      L::load(offset + c, o);
      const typename L::Vector zero = {};
      const typename L::Vector six = zero + 6.0F;
      typename L::Vector sum = {};
      typename L::Vector products = {};
      for (std::int64_t p = 0; p < pixels; ++p) {
        typename L::Vector value;
        typename L::Vector gradient;
        L::load(z + p * channels + c, value);
        L::load(d + p * channels + c, gradient);
        const typename L::Vector y = value * s + o;
        gradient = y > zero ? gradient : zero;
        gradient = y < six ? gradient : zero;
        sum += gradient;
        products += gradient * value;
        L::store(gradient, d + p * channels + c);
      }
      add_to<lanes>(sum, sums + c);
      add_to<lanes>(products, sums + channels + c);
    }
  });
}

void normalize_gradient(const float* d, const float* z, const float* scale, const float* slope,
                        const float* shift, float* out, std::int64_t pixels,
                        std::int64_t channels) {
  with_lanes([&](auto lanes) {
    using L = Lanes<lanes>;
    for (std::int64_t c = 0; c < channels; c += lanes) {
      typename L::Vector s;
      typename L::Vector k;
      typename L::Vector q;
      L::load(scale + c, s);
      L::load(slope + c, k);
      L::load(shift + c, q);
      for (std::int64_t p = 0; p < pixels; ++p) {
        typename L::Vector gradient;
        typename L::Vector value;
        L::load(d + p * channels + c, gradient);
        L::load(z + p * channels + c, value);
        const typename L::Vector result = gradient * s + value * k + q;
        L::store(result, out + p * channels + c);
      }
    }
  });
}

}  // namespace npusim::train
