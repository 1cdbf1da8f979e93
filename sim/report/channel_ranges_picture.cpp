// SPDX-License-Identifier: Apache-2.0
// The channels of one layer, largest range first: which part of the code range each one uses.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "sim/base/errors.h"
#include "sim/report/analysis.h"
#include "sim/report/chart_axis.h"
#include "sim/report/format.h"
#include "sim/report/svg.h"

namespace npusim::report {
namespace {

constexpr double kWidth = 860, kHeight = 470;
constexpr double kLeft = 74, kRight = 836, kPlotTop = 112, kBottom = 412;
constexpr double kLeastOctaves = -24;  // what lies below is drawn there
constexpr std::size_t kMostStems = 160;

/// Of few channels those that stand beside each other are told apart by stems.
struct Marks {
  explicit Marks(std::size_t channels)
      : step((kRight - kLeft) / static_cast<double>(std::max<std::size_t>(channels, 1))),
        radius(std::clamp(0.4 * step, 1.6, 4.5)),
        has_stems(channels <= kMostStems) {}
  double x(std::size_t rank) const { return kLeft + step * (static_cast<double>(rank) + 0.5); }
  double step, radius;
  bool has_stems;
};

class RangesPicture {
 public:
  RangesPicture(const Analysis& analysis, const AnalyzedLayer& layer)
      : analysis_(analysis),
        layer_(layer),
        use_(layer.weights->use),
        title_("Channel ranges of " + shortened(layer.name, 60)),
        svg_(kWidth, kHeight, title_,
             "For each output channel, largest first: log2 of its largest weight over the largest "
             "that the codes stand for, under one scale for the layer and as quantized.") {
    std::stable_sort(use_.begin(), use_.end(), [](const ChannelUse& a, const ChannelUse& b) {
      return a.before_octaves > b.before_octaves;
    });
    double least = std::min(-4.0, layer.weights->lost_below_octaves - 1);
    for (const ChannelUse& channel : use_)
      least = std::min({least, channel.before_octaves, channel.after_octaves});
    y_.low = std::max(kLeastOctaves, 2 * std::floor(least / 2));
    y_.high = 0;
    y_.from = kBottom;
    y_.to = kPlotTop;
  }

  std::string draw() {
    header();
    axes();
    channels();
    return svg_.bytes();
  }

 private:
  void header() {
    const AnalyzedWeights& weights = *layer_.weights;
    svg_.text(20, 28, title_, {16, Anchor::start, colour::kInk, true});
    std::string text = fmt::format("{}, {} of {} channels live", layer_.kind,
                                   grouped(weights.live_channels), grouped(weights.channels));
    if (weights.range_spread)
      text += fmt::format("; the largest is {:.3g} times the median", *weights.range_spread);
    if (weights.lost_channels > 0)
      text += fmt::format("; {} lost: every code is 0", grouped(weights.lost_channels));
    svg_.text(20, 46, text, {12, Anchor::start, colour::kGrey});
    const double y = 80;
    svg_.circle(kLeft + 6, y - 4, 4.5, colour::kVermilion, true);
    svg_.text(kLeft + 18, y, "before: one scale for the layer", {12});
    svg_.circle(kLeft + 266, y - 4, 4.5, colour::kBlue);
    svg_.text(kLeft + 278, y, "after: " + quantization_text(analysis_.quantization), {12});
  }

  void axes() {
    const double step = y_.low < -12 ? 4 : 2;
    for (const double value : ticks(y_.low, 0, step)) {
      const double y = y_.at(value);
      svg_.line(kLeft, y, kRight, y, colour::kPale);
      svg_.text(kLeft - 8, y + 4, fmt::format("{}", std::round(value) + 0.0),
                {11, Anchor::end, colour::kGrey});
    }
    svg_.text(26, (kPlotTop + kBottom) / 2, "log2 of the share of the code range that is used",
              {12, Anchor::middle, colour::kInk, false, true});
    svg_.text((kLeft + kRight) / 2, kBottom + 40,
              "output channels, from the largest to the smallest range",
              {12, Anchor::middle, colour::kInk});
    const double lost = layer_.weights->lost_below_octaves;
    if (lost < y_.low) return;
    svg_.line(kLeft, y_.at(lost), kRight, y_.at(lost), colour::kInk, 1.2, "5 4");
    svg_.text(kLeft + 6, y_.at(lost) + 15,
              fmt::format("below: every {}-bit code is 0", layer_.weights->bits),
              {11, Anchor::start, colour::kInk});
  }

  void channels() {
    const Marks marks(use_.size());
    for (std::size_t i = 0; marks.has_stems && i < use_.size(); ++i) {
      const double x = marks.x(i);
      svg_.line(x, y_.at(use_[i].before_octaves), x, y_.at(use_[i].after_octaves), colour::kPale,
                std::min(2.0, marks.radius));
    }
    for (std::size_t i = 0; i < use_.size(); ++i)
      svg_.circle(marks.x(i), y_.at(use_[i].before_octaves), marks.radius, colour::kVermilion,
                  true);
    for (std::size_t i = 0; i < use_.size(); ++i)
      svg_.circle(marks.x(i), y_.at(use_[i].after_octaves), 0.8 * marks.radius, colour::kBlue);
    const auto step = static_cast<std::size_t>(
        std::max(1.0, tick_step(1.0 + static_cast<double>(use_.size()), 10)));
    for (std::size_t i = 0; i < use_.size(); i += step) {
      // Channels are counted from 1; behind the first, round numbers.
      const std::size_t rank = i == 0 || step == 1 ? i : i - 1;
      svg_.text(marks.x(rank), kBottom + 18, std::to_string(rank + 1),
                {11, Anchor::middle, colour::kGrey});
    }
    out_of_sight();
  }

  void out_of_sight() {
    const std::int64_t zeros = layer_.weights->channels - static_cast<std::int64_t>(use_.size());
    const auto below = std::count_if(use_.begin(), use_.end(), [&](const ChannelUse& channel) {
      return std::min(channel.before_octaves, channel.after_octaves) < y_.low;
    });
    std::string text;
    if (below > 0) text = fmt::format("{} further down than {}", grouped(below), y_.low);
    if (zeros > 0)
      text += fmt::format("{}{} of zeros not shown", text.empty() ? "" : "; ", grouped(zeros));
    if (!text.empty()) {
      svg_.text(kRight, kBottom + 54, "channels: " + text, {11, Anchor::end, colour::kGrey});
    }
  }

  const Analysis& analysis_;
  const AnalyzedLayer& layer_;
  std::vector<ChannelUse> use_;
  const std::string title_;
  Axis y_;
  Svg svg_;
};

}  // namespace

std::string channel_ranges_picture(const Analysis& analysis, std::size_t layer) {
  const AnalyzedLayer& analyzed = analysis.layers.at(layer);
  if (!analyzed.weights)
    throw base::InternalError("channel_ranges_picture: layer '" + analyzed.name +
                              "' has no weights");
  return RangesPicture(analysis, analyzed).draw();
}

}  // namespace npusim::report
