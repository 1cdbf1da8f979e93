// SPDX-License-Identifier: Apache-2.0
// Two panels that share their rows: what each layer costs alone, and the integer network's SQNR.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "sim/report/analysis.h"
#include "sim/report/chart_axis.h"
#include "sim/report/format.h"
#include "sim/report/svg.h"

namespace npusim::report {
namespace {

constexpr double kMargin = 20, kGap = 26, kRow = 18, kBar = 11, kText = 11;
constexpr double kPanel = 300, kValue = 46;  // of bars; of the numbers behind them
constexpr double kRowsTop = 114;             // where the rows begin
constexpr std::size_t kMostLetters = 30;     // of a layer's name
constexpr double kLeastAxisPoints = 1;       // an axis of less would make noise look like a finding
constexpr double kLeastAxisDb = -20, kLeastAxisEndDb = 10, kMostAxisDb = 60;

/// One value of a row.
struct Bar {
  double value = 0;
  double error = 0;  // to both sides; 0: none is drawn
  bool marked = false;
};

struct Panel {
  std::string title, unit;
  std::vector<Bar> bars;
  Axis axis;
  int digits = 1;
  std::optional<double> limit;  // a dashed line
};

void widen(Axis& axis) {
  const double step = tick_step(axis.high - axis.low, 6);
  axis.high = step * std::ceil(axis.high / step - 1e-9);
  axis.low = step * std::floor(axis.low / step + 1e-9);
}

Panel loss_panel(const Analysis& analysis, std::optional<std::size_t> marked) {
  Panel panel;
  panel.title = "Top-1 lost when only this layer is quantized";
  panel.unit = "percentage points, with the standard error";
  panel.axis.high = kLeastAxisPoints;
  panel.digits = 2;
  for (std::size_t i = 0; i < analysis.layers.size(); ++i) {
    const Top1Loss loss = analysis.layers[i].top1_loss_alone.value_or(Top1Loss{});
    Bar bar{100 * loss.fraction, 100 * loss.standard_error, marked == i};
    panel.axis.high = std::max(panel.axis.high, bar.value + bar.error);
    panel.axis.low = std::min(panel.axis.low, bar.value - bar.error);
    panel.bars.push_back(bar);
  }
  widen(panel.axis);
  return panel;
}

/// `value` gives a layer's decibels, `marked` says which stand out; `least_end`: of the axis.
template <typename Value, typename Marked>
Panel decibel_panel(const Analysis& analysis, double least_end, const Value& value,
                    const Marked& marked) {
  Panel panel;
  panel.unit = "dB";
  panel.axis.high = least_end;
  for (std::size_t i = 0; i < analysis.layers.size(); ++i) {
    panel.bars.push_back({value(analysis.layers[i]), 0, marked(i)});
    panel.axis.high = std::max(panel.axis.high, panel.bars.back().value);
    panel.axis.low = std::min(panel.axis.low, panel.bars.back().value);
  }
  panel.axis.high = std::min(panel.axis.high, kMostAxisDb);
  panel.axis.low = std::max(panel.axis.low, kLeastAxisDb);
  widen(panel.axis);
  return panel;
}

Panel output_panel(const Analysis& analysis) {
  const double threshold = analysis.threshold_db;
  Panel panel = decibel_panel(
      analysis, std::max(kLeastAxisEndDb, threshold),
      [](const AnalyzedLayer& layer) { return layer.output_sqnr_db; },
      [&](std::size_t i) { return analysis.layers[i].output_sqnr_db < threshold; });
  panel.title = "SQNR of the layer's output in the integer network";
  panel.unit = fmt::format("dB; dashed: the threshold, {} dB", threshold);
  if (threshold >= panel.axis.low && threshold <= panel.axis.high) panel.limit = threshold;
  return panel;
}

class SensitivityPicture {
 public:
  SensitivityPicture(const Analysis& analysis, std::vector<Panel> panels)
      : analysis_(analysis), panels_(std::move(panels)) {
    double letters = text_width("layer", kText);
    for (const AnalyzedLayer& layer : analysis.layers) {
      names_.push_back(shortened(layer.name, kMostLetters));
      letters = std::max(letters, text_width(names_.back(), kText));
    }
    double x = kMargin + letters + 8;
    for (Panel& panel : panels_) {
      panel.axis.from = x;
      panel.axis.to = x + kPanel;
      x += kPanel + kValue + kGap;
    }
    width_ = x - kGap + kMargin;
    bottom_ = kRowsTop + kRow * static_cast<double>(names_.size());
  }

  std::string draw() {
    Svg svg(width_, bottom_ + 52, "Sensitivity of " + shortened(analysis_.workload.name, 60),
            "For each layer in the order of the network: " + panels_[0].title + "; " +
                panels_[1].title + '.');
    header(svg);
    for (std::size_t i = 1; i < names_.size(); i += 2) {
      svg.rectangle(kMargin - 6, kRowsTop + kRow * static_cast<double>(i),
                    width_ - 2 * kMargin + 12, kRow, colour::kShade);
    }
    for (const Panel& panel : panels_) {
      axis(svg, panel);
      for (std::size_t i = 0; i < panel.bars.size(); ++i) bar(svg, panel, i);
      if (panel.limit) {
        const double x = panel.axis.at(*panel.limit);
        svg.line(x, kRowsTop, x, bottom_, colour::kInk, 1.2, "5 4");
      }
    }
    for (std::size_t i = 0; i < names_.size(); ++i) {
      svg.text(panels_[0].axis.from - 8, middle(i) + 4, names_[i],
               {kText, Anchor::end, colour::kInk});
    }
    return svg.bytes();
  }

 private:
  double middle(std::size_t row) const {
    return kRowsTop + kRow * (static_cast<double>(row) + 0.5);
  }

  void header(Svg& svg) const {
    svg.text(kMargin, 28, "Sensitivity of " + shortened(analysis_.workload.name, 60),
             {16, Anchor::start, colour::kInk, true});
    svg.text(kMargin, 46,
             fmt::format("{}; {} of {} {}", quantization_text(analysis_.quantization),
                         grouped(analysis_.images), grouped(analysis_.images_total),
                         analysis_.float_top1 ? "images" : analysis_.images_of),
             {12, Anchor::start, colour::kGrey});
  }

  void axis(Svg& svg, const Panel& panel) const {
    const Axis& axis = panel.axis;
    svg.text(axis.from, 72, panel.title, {12, Anchor::start, colour::kInk, true});
    svg.text(axis.from, 87, panel.unit, {kText, Anchor::start, colour::kGrey});
    const double step = tick_step(axis.high - axis.low, 6);
    for (const double value : ticks(axis.low, axis.high, step)) {
      const double x = axis.at(value);
      svg.line(x, kRowsTop - 4, x, bottom_ + 4, colour::kPale);
      const std::string label = fmt::format("{}", std::round(value * 1e6) / 1e6);
      svg.text(x, kRowsTop - 8, label == "-0" ? "0" : label, {10, Anchor::middle, colour::kGrey});
      svg.text(x, bottom_ + 16, label == "-0" ? "0" : label, {10, Anchor::middle, colour::kGrey});
    }
  }

  void bar(Svg& svg, const Panel& panel, std::size_t row) const {
    const Bar& bar = panel.bars[row];
    const Axis& axis = panel.axis;
    const double zero = axis.at(0);
    const double end = axis.at(bar.value);
    const double y = middle(row);
    const char* colour = bar.marked ? colour::kVermilion : colour::kBlue;
    svg.rectangle(std::min(zero, end), y - kBar / 2, std::abs(end - zero), kBar, colour);
    svg.line(zero, y - kRow / 2, zero, y + kRow / 2, colour::kGrey);
    if (bar.error > 0) {
      const double left = axis.at(bar.value - bar.error);
      const double right = axis.at(bar.value + bar.error);
      svg.line(left, y, right, y, colour::kInk);
      for (const double x : {left, right}) svg.line(x, y - 3, x, y + 3, colour::kInk);
    }
    const std::string value = fmt::format("{:.{}f}", bar.value, panel.digits);
    svg.text(axis.to + kValue, y + 4, value, {kText, Anchor::end, colour::kInk, bar.marked});
  }

  const Analysis& analysis_;
  std::vector<Panel> panels_;
  std::vector<std::string> names_;
  double width_ = 0, bottom_ = 0;
};

}  // namespace

std::string sensitivity_picture(const Analysis& analysis) {
  const std::optional<std::size_t> marked = analysis.most_sensitive_layer();
  std::vector<Panel> panels;
  if (analysis.float_top1) {
    panels.push_back(loss_panel(analysis, marked));
  } else {
    panels.push_back(decibel_panel(
        analysis, kLeastAxisEndDb,
        [](const AnalyzedLayer& layer) { return layer.network_sqnr_alone_db; },
        [&](std::size_t i) { return marked == i; }));
    panels.back().title = "SQNR of the network, only this layer quantized";
  }
  panels.push_back(output_panel(analysis));
  return SensitivityPicture(analysis, std::move(panels)).draw();
}

}  // namespace npusim::report
