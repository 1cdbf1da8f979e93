// SPDX-License-Identifier: Apache-2.0
// Pictures made smaller, larger, cut out, and turned into what a network reads.
#pragma once

#include <cstdint>
#include <string>

#include "frontend/data/picture.h"
#include "sim/config/run_config.h"

namespace npusim::data {

/// Bilinear with half-pixel centres and, where the picture shrinks, antialiasing: the triangle that
/// weights the source pixels is widened by the factor.
///
/// Along one axis from n to m pixels, source pixel i weighs in result pixel o
///     w = max(0, 2 * max(n, m) - |(2i + 1) * m - (2o + 1) * n|),
/// an integer; the result is the weighted mean over the pixels that exist. Rows are done first and
/// kept to 1/64 of a level, then columns; both means are rounded half up. Integers only.
/// width, height: within the limits of picture.h, at least 1; so is the picture.
Picture resize_bilinear(const Picture& picture, std::int64_t width, std::int64_t height);

/// The square of `side` pixels from column floor((width - side) / 2) and row
/// floor((height - side) / 2) on. side: at most width and height.
Picture crop_center(const Picture& picture, std::int64_t side);

/// A picture as the input section says: the shorter side resized to input.resize_shorter_side (the
/// longer one to floor(longer * resize_shorter_side / shorter)), then the centre cropped to
/// input.center_crop, each where it is set. Throws base::InputError, beginning with `place` and
/// saying what to set, where the crop does not fit or the result is not input.size x input.size.
Picture preprocess(Picture picture, const config::InputConfig& input, const std::string& place);

}  // namespace npusim::data
