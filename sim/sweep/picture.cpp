// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "sim/report/chart_axis.h"
#include "sim/report/format.h"
#include "sim/report/svg.h"
#include "sim/sweep/labels.h"

namespace npusim::sweep {
namespace {

using report::Anchor;
namespace colour = report::colour;

constexpr double kWidth = 720, kHeight = 400;
constexpr double kLeft = 74, kRight = 540, kTop = 64, kBottom = 344, kLegend = 566;
/// Okabe and Ito's, without yellow, which is too faint on white.
constexpr std::array kColours = {"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00"};
constexpr char kOther[] = "#5f5f5f";

/// The unit in which people read it, and what one of it is.
struct Scale {
  std::string unit;
  double one = 1;
};

Scale scale_of(const std::string& unit, double greatest) {
  if (unit == "fraction") return {"%", 0.01};
  if (unit == "µm²") return {"mm²", 1e6};
  if (unit == "pJ") return greatest >= 1e9 ? Scale{"mJ", 1e9} : Scale{"µJ", 1e6};
  if (unit == "s") return greatest >= 1e-3 ? Scale{"ms", 1e-3} : Scale{"µs", 1e-6};
  return {unit, 1};
}

struct Direction {
  std::string title;
  std::vector<double> values;  // of the rows, in the scale's unit
  report::Axis axis;
};

Direction direction_of(const Results& results, const Objective& objective) {
  Direction direction;
  direction.values = results.numbers(objective.metric);
  double least = 0, greatest = 0;
  bool is_first = true;
  for (const double value : direction.values) {
    if (std::isnan(value)) continue;
    least = is_first ? value : std::min(least, value);
    greatest = is_first ? value : std::max(greatest, value);
    is_first = false;
  }
  const Label label = label_of(objective.metric);
  const Scale scale = scale_of(label.unit, greatest);
  direction.title = label.text + (scale.unit.empty() ? "" : " (" + scale.unit + ")") +
                    (objective.maximise ? ", more is better" : ", less is better");
  for (double& value : direction.values) value /= scale.one;
  least /= scale.one;
  greatest /= scale.one;
  const double length = greatest > least ? greatest - least : std::max(std::abs(least), 1.0);
  direction.axis.low = least >= 0 && least < length ? 0 : least - 0.05 * length;
  direction.axis.high = greatest + 0.05 * length;
  return direction;
}

std::string tick_text(double value) {
  const double rounded = std::round(value * 1e6) / 1e6;
  if (rounded == std::round(rounded) && std::abs(rounded) < 1e15) {
    return report::grouped(static_cast<std::int64_t>(rounded));
  }
  return fmt::format("{}", rounded);
}

const AxisColumn* axis_of_choices(const Results& results) {
  for (const AxisColumn& column : results.columns) {
    const std::size_t values = column.values.size();
    if (!column.is_derived && column.numbers.empty() && values > 1 && values <= kColours.size()) {
      return &column;
    }
  }
  return nullptr;
}

class Picture {
 public:
  explicit Picture(const Results& results)
      : results_(results),
        up_(direction_of(results, results.objectives[0])),
        across_(direction_of(results, results.objectives[1])),
        choices_(axis_of_choices(results)) {
    up_.axis.from = kBottom;
    up_.axis.to = kTop;
    across_.axis.from = kLeft;
    across_.axis.to = kRight;
  }

  std::string draw() const {
    report::Svg svg(kWidth, kHeight, "Sweep " + results_.name,
                    up_.title + ", over " + across_.title + ". " + summary_of(results_) + '.');
    svg.text(20, 28, "Sweep " + results_.name, {16, Anchor::start, colour::kInk, true});
    svg.text(20, 46, summary_of(results_), {12, Anchor::start, colour::kGrey});
    axes(svg);
    steps(svg);
    std::vector<bool> is_front(results_.table.rows.size(), false);
    for (const std::size_t row : results_.front) is_front[row] = true;
    for (std::size_t row = 0; row < is_front.size(); ++row) {
      if (!is_front[row]) point(svg, row, true);
    }
    for (const std::size_t row : results_.front) point(svg, row, false);
    legend(svg);
    return svg.bytes();
  }

 private:
  void axes(report::Svg& svg) const {
    for (const double value : report::ticks(up_.axis.low, up_.axis.high,
                                            report::tick_step(up_.axis.high - up_.axis.low, 6))) {
      const double y = up_.axis.at(value);
      svg.line(kLeft, y, kRight, y, colour::kPale);
      svg.text(kLeft - 8, y + 4, tick_text(value), {11, Anchor::end, colour::kGrey});
    }
    const double step = report::tick_step(across_.axis.high - across_.axis.low, 6);
    for (const double value : report::ticks(across_.axis.low, across_.axis.high, step)) {
      const double x = across_.axis.at(value);
      svg.line(x, kTop, x, kBottom, colour::kPale);
      svg.text(x, kBottom + 17, tick_text(value), {11, Anchor::middle, colour::kGrey});
    }
    svg.text((kLeft + kRight) / 2, kBottom + 40, across_.title,
             {12, Anchor::middle, colour::kInk, true});
    svg.text(22, (kTop + kBottom) / 2, up_.title, {12, Anchor::middle, colour::kInk, true, true});
  }

  /// Along the best of these two objectives alone.
  void steps(report::Svg& svg) const {
    std::vector<std::size_t> rows = results_.front;
    const double up_sign = results_.objectives[0].maximise ? -1 : 1;
    const double across_sign = results_.objectives[1].maximise ? -1 : 1;
    std::sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
      const double left = across_sign * across_.values[a], right = across_sign * across_.values[b];
      if (left != right) return left < right;
      return up_sign * up_.values[a] < up_sign * up_.values[b];
    });
    const std::size_t none = rows.size();
    std::size_t last = none;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::size_t row = rows[i];
      if (last != none && up_sign * up_.values[row] >= up_sign * up_.values[rows[last]]) continue;
      if (last != none) {
        const double x = across_.axis.at(across_.values[row]);
        const double y = up_.axis.at(up_.values[rows[last]]);
        svg.line(across_.axis.at(across_.values[rows[last]]), y, x, y, colour::kInk, 1.2, "5 4");
        svg.line(x, y, x, up_.axis.at(up_.values[row]), colour::kInk, 1.2, "5 4");
      }
      last = i;
    }
  }

  const char* colour_of(std::size_t row) const {
    return choices_ == nullptr ? kColours[0] : kColours[choices_->value_of_row[row]];
  }

  void point(report::Svg& svg, std::size_t row, bool hollow) const {
    if (std::isnan(up_.values[row]) || std::isnan(across_.values[row])) return;
    svg.circle(across_.axis.at(across_.values[row]), up_.axis.at(up_.values[row]), 4.5,
               colour_of(row), hollow);
  }

  void legend(report::Svg& svg) const {
    double y = kTop + 6;
    const auto entry = [&](const char* fill, bool hollow, const std::string& text) {
      svg.circle(kLegend, y, 4.5, fill, hollow);
      svg.text(kLegend + 12, y + 4, report::shortened(text, 22), {12});
      y += 20;
    };
    entry(kOther, false, "on the front");
    entry(kOther, true, "dominated");
    if (choices_ == nullptr) return;
    y += 8;
    svg.text(kLegend - 5, y + 4, label_of(choices_->key).text,
             {12, Anchor::start, colour::kInk, true});
    y += 20;
    for (std::size_t i = 0; i < choices_->values.size(); ++i) {
      entry(kColours[i], false, choices_->values[i]);
    }
  }

  const Results& results_;
  Direction up_, across_;
  const AxisColumn* choices_;
};

}  // namespace

std::string front_picture(const Results& results) {
  if (results.objectives.size() < 2 || results.table.rows.empty()) {
    throw base::InputError(
        base::refusal("", "--svg",
                      fmt::format("{} objectives and {} finished points", results.objectives.size(),
                                  results.table.rows.size()),
                      "at least two objectives and one finished point"));
  }
  return Picture(results).draw();
}

}  // namespace npusim::sweep
