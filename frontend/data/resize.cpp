// SPDX-License-Identifier: Apache-2.0
#include "frontend/data/resize.h"

#include <algorithm>
#include <utility>

#include "sim/base/errors.h"

namespace npusim::data {
namespace {

constexpr std::int64_t kFraction = 64;  // levels between two 8-bit levels, after the rows

/// Source pixels [first, first + weights.size()) and their weights, all above 0.
struct Taps {
  std::int64_t first = 0;
  std::vector<std::int64_t> weights;
  std::int64_t sum = 0;
};

Taps taps_of(std::int64_t out, std::int64_t n, std::int64_t m) {
  const std::int64_t reach = 2 * std::max(n, m);
  const std::int64_t centre = (2 * out + 1) * n;
  const std::int64_t end = std::min(n, (centre + reach) / (2 * m) + 1);
  Taps taps;
  for (std::int64_t i = std::max<std::int64_t>(0, (centre - reach) / (2 * m) - 1); i < end; ++i) {
    const std::int64_t weight = reach - std::abs((2 * i + 1) * m - centre);
    if (weight <= 0) continue;
    if (taps.weights.empty()) taps.first = i;
    taps.weights.push_back(weight);
    taps.sum += weight;
  }
  return taps;
}

/// Every row from n to m pixels, in 1/kFraction of a level.
std::vector<std::uint16_t> resized_rows(const Picture& picture, std::int64_t m) {
  const std::int64_t n = picture.width;
  std::vector<std::uint16_t> out(static_cast<std::size_t>(picture.height * m * 3));
  std::vector<Taps> taps;
  for (std::int64_t x = 0; x < m; ++x) taps.push_back(taps_of(x, n, m));
  std::uint16_t* to = out.data();
  for (std::int64_t y = 0; y < picture.height; ++y) {
    const std::uint8_t* row = picture.rgb.data() + y * n * 3;
    for (const Taps& each : taps) {
      std::int64_t sums[3] = {0, 0, 0};
      const std::uint8_t* pixel = row + each.first * 3;
      for (const std::int64_t weight : each.weights) {
        for (std::int64_t& sum : sums) sum += weight * *pixel++;
      }
      for (const std::int64_t sum : sums)
        *to++ = static_cast<std::uint16_t>((2 * sum * kFraction + each.sum) / (2 * each.sum));
    }
  }
  return out;
}

}  // namespace

Picture resize_bilinear(const Picture& picture, std::int64_t width, std::int64_t height) {
  const std::vector<std::uint16_t> rows = resized_rows(picture, width);
  Picture result{width, height, {}};
  result.rgb.resize(static_cast<std::size_t>(width * height * 3));
  const auto row_values = static_cast<std::size_t>(width * 3);
  std::vector<std::int64_t> sums(row_values);
  std::uint8_t* to = result.rgb.data();
  for (std::int64_t y = 0; y < height; ++y) {
    const Taps taps = taps_of(y, picture.height, height);
    std::fill(sums.begin(), sums.end(), 0);
    const std::uint16_t* from = rows.data() + static_cast<std::size_t>(taps.first) * row_values;
    for (const std::int64_t weight : taps.weights) {
      for (std::int64_t& sum : sums) sum += weight * *from++;
    }
    const std::int64_t divisor = taps.sum * kFraction;
    for (const std::int64_t sum : sums)
      *to++ = static_cast<std::uint8_t>((2 * sum + divisor) / (2 * divisor));
  }
  return result;
}

Picture crop_center(const Picture& picture, std::int64_t side) {
  const std::int64_t left = (picture.width - side) / 2;
  const std::int64_t top = (picture.height - side) / 2;
  Picture result{side, side, {}};
  result.rgb.reserve(static_cast<std::size_t>(side * side * 3));
  for (std::int64_t y = top; y < top + side; ++y) {
    const auto row = picture.rgb.begin() + (y * picture.width + left) * 3;
    result.rgb.insert(result.rgb.end(), row, row + side * 3);
  }
  return result;
}

Picture preprocess(Picture picture, const config::InputConfig& input, const std::string& place) {
  const std::int64_t shorter = std::min(picture.width, picture.height);
  const std::int64_t wanted = input.resize_shorter_side;
  if (wanted != 0 && shorter != wanted) {
    const std::int64_t width = picture.width * wanted / shorter;
    const std::int64_t height = picture.height * wanted / shorter;
    check_picture_size(width, height,
                       place + ": resized to shorter side " + std::to_string(wanted));
    picture = resize_bilinear(picture, width, height);
  }
  const std::int64_t crop = input.center_crop;
  if (crop != 0 && std::min(picture.width, picture.height) < crop) {
    throw base::InputError(base::refusal(place, "size", size_text(picture.width, picture.height),
                                         "at least " + size_text(crop, crop) +
                                             ", for input.center_crop; input.resize_shorter_side=" +
                                             std::to_string(crop) + " makes it so"));
  }
  if (crop != 0) picture = crop_center(picture, crop);
  if (picture.width != input.size || picture.height != input.size) {
    const std::string size = std::to_string(input.size);
    const bool larger = std::min(picture.width, picture.height) >= input.size;
    throw base::InputError(base::refusal(
        place, "size", size_text(picture.width, picture.height),
        size_text(input.size, input.size) + ", the network's input; set input.center_crop=" + size +
            (larger ? "" : " and input.resize_shorter_side=" + size) + " to have it so"));
  }
  return picture;
}

}  // namespace npusim::data
