// SPDX-License-Identifier: Apache-2.0
// Scales in double precision. ONNX's scales are floats; a file that was written from scales in
// double says these beside, in its metadata, under "npusim.exact/" and the name of the tensor of
// scales: hexadecimal floats, one for each scale, or one for all where the others are it times
// powers of two. They refine the floats and never contradict them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace npusim::import {

inline constexpr std::string_view kExactScalesKey = "npusim.exact/";

/// The text that stands for these scales, which are finite and above 0.
std::string exact_scales_text(const std::vector<double>& scales);

/// The scales of which `floats` are the roundings; nothing where the text does not say such.
std::optional<std::vector<double>> refined_scales(const std::vector<float>& floats,
                                                  const std::string& text);

}  // namespace npusim::import
