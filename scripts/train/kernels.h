// SPDX-License-Identifier: Apache-2.0
// The loops that the trainer spends its time in. Layout: pixel-major, channel-minor (NHWC); channel
// counts are multiples of 8. Each result is one sum in a fixed order (see lanes.h).
#pragma once

#include <cstdint>

namespace npusim::train {

/// Columns of the im2col matrix of the first layer: 27, and one more to make fours.
inline constexpr std::int64_t kPatchColumns = 28;

/// The 3x3x3 patches of a picture with three channels, stride 2: [out_size^2][kPatchColumns], taps
/// row by row, channels inside. Pixels outside (below and to the right) and the last column count
/// as `outside`.
void gather_patches(const float* image, std::int64_t in_size, std::int64_t out_size, float outside,
                    float* patches);

/// c[m][n] = sum over k, ascending, of a[m][k] * b[k][n]; m a multiple of 4, n of 8.
void multiply(const float* a, const float* b, float* c, std::int64_t m, std::int64_t k,
              std::int64_t n);

/// g[k][n] += sum over m, ascending, of a[m][k] * d[m][n]; k a multiple of 4, n of 8.
void accumulate_outer(const float* a, const float* d, float* g, std::int64_t m, std::int64_t k,
                      std::int64_t n);

/// Depthwise 3x3 over one padded image: out[y][x][c] = sum over the nine taps t of
/// in[y * stride + t / 3][x * stride + t % 3][c] * weights[t][c]. `in` has
/// (out_size - 1) * stride + 3 rows and columns or more, `in_size` columns a row.
void depthwise(const float* in, std::int64_t in_size, const float* weights, float* out,
               std::int64_t out_size, std::int64_t channels, std::int64_t stride);

/// The gradient of depthwise() for its weights: g[t][c] += sum over y, x of in[..][c] * d[y][x][c].
void accumulate_depthwise(const float* in, std::int64_t in_size, const float* d, float* g,
                          std::int64_t out_size, std::int64_t channels, std::int64_t stride);

/// out = min(max(z * scale + offset, 0), 6) over one row of pixels, scale and offset by channel.
void activate(const float* z, const float* scale, const float* offset, float* out,
              std::int64_t pixels, std::int64_t channels);

/// Adds to sums[0 .. channels) the sum of z over the pixels and to sums[channels ..) that of z * z.
void add_moments(const float* z, double* sums, std::int64_t pixels, std::int64_t channels);

/// Makes the gradient d of the activation that of z * scale + offset (zero where the activation is
/// clamped), then adds its sum to sums[0 ..) and the sum of d * z to sums[channels ..).
void mask_and_add_moments(const float* z, const float* scale, const float* offset, float* d,
                          double* sums, std::int64_t pixels, std::int64_t channels);

/// out = d * scale + z * slope + shift over one row of pixels: batch normalization's gradient.
void normalize_gradient(const float* d, const float* z, const float* scale, const float* slope,
                        const float* shift, float* out, std::int64_t pixels, std::int64_t channels);

}  // namespace npusim::train
