// SPDX-License-Identifier: Apache-2.0
// A picture as SVG 1.1: a few shapes on a white card, so that it reads on light and dark pages.
// Only generic fonts; colours that are told apart without red or green (Okabe and Ito's).
#pragma once

#include <memory>
#include <string>

namespace npusim::report {

namespace colour {
inline constexpr char kBlue[] = "#0072b2";
inline constexpr char kVermilion[] = "#d55e00";
inline constexpr char kInk[] = "#1a1a1a";
inline constexpr char kGrey[] = "#5f5f5f";
inline constexpr char kPale[] = "#dcdcdc";
inline constexpr char kShade[] = "#f4f4f4";
inline constexpr char kWhite[] = "#ffffff";
}  // namespace colour

enum class Anchor { start, middle, end };

struct SvgText {
  double size = 12;  // px
  Anchor anchor = Anchor::start;
  const char* colour = colour::kInk;
  bool bold = false;
  bool upright = false;  // turned by a quarter, to be read from the right
};

/// Lengths in px, y down. Numbers are written with at most two decimals, text is escaped.
class Svg {
 public:
  /// title and description are for who cannot see the picture.
  Svg(double width, double height, const std::string& title, const std::string& description);
  ~Svg();
  Svg(const Svg&) = delete;
  Svg& operator=(const Svg&) = delete;

  void rectangle(double x, double y, double width, double height, const char* fill);
  /// dashes: lengths of strokes and gaps, "4 3"; empty: none.
  void line(double x1, double y1, double x2, double y2, const char* stroke, double width = 1,
            const char* dashes = "");
  /// A hollow circle has a stroke and the card's white inside.
  void circle(double x, double y, double radius, const char* colour, bool hollow = false);
  void text(double x, double y, const std::string& text, const SvgText& style = {});

  std::string bytes() const;

 private:
  struct Document;
  std::unique_ptr<Document> document_;
};

}  // namespace npusim::report
