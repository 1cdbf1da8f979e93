// SPDX-License-Identifier: Apache-2.0
#include "frontend/import/exact_scales.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace npusim::import {
namespace {

std::string hexadecimal(double value) {
  std::array<char, 40> text{};
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::hex);
  return {text.data(), end.ptr};
}

// Numbers with one blank between them; nothing at anything else.
std::optional<std::vector<double>> parse_scales(const std::string& text) {
  std::vector<double> values;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (;;) {
    double value = 0;
    const auto [stopped, error] = std::from_chars(at, end, value, std::chars_format::hex);
    if (error != std::errc() || !std::isfinite(value) || !(value > 0)) return std::nullopt;
    values.push_back(value);
    if (stopped == end) return values;
    if (*stopped != ' ') return std::nullopt;
    at = stopped + 1;
  }
}

bool is_power_of_two(double value) {
  int exponent = 0;
  return std::frexp(value, &exponent) == 0.5;
}

}  // namespace

std::string exact_scales_text(const std::vector<double>& scales) {
  const bool is_one = std::all_of(scales.begin(), scales.end(), [&](double scale) {
    return is_power_of_two(scale / scales.front());
  });
  std::string text;
  for (const double scale : scales) {
    text += (text.empty() ? "" : " ") + hexadecimal(scale);
    if (is_one) break;
  }
  return text;
}

std::optional<std::vector<double>> refined_scales(const std::vector<float>& floats,
                                                  const std::string& text) {
  std::optional<std::vector<double>> scales = parse_scales(text);
  if (!scales || floats.empty()) return std::nullopt;
  if (scales->size() == 1) {
    const double base = scales->front();
    scales->resize(floats.size());
    for (std::size_t i = 0; i < floats.size(); ++i) {
      int exponent =
          0;  // of the power of two that the ratio, one rounding away from it, stands for
      if (std::frexp(static_cast<double>(floats[i]) / base, &exponent) < 0.75) --exponent;
      (*scales)[i] = std::ldexp(base, exponent);
    }
  }
  if (scales->size() != floats.size()) return std::nullopt;
  for (std::size_t i = 0; i < floats.size(); ++i) {
    if (static_cast<float>((*scales)[i]) != floats[i]) return std::nullopt;
  }
  return scales;
}

}  // namespace npusim::import
