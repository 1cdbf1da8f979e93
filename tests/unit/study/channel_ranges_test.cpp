// SPDX-License-Identifier: Apache-2.0
#include "frontend/study/channel_ranges.h"

#include <gtest/gtest.h>

namespace npusim::study {
namespace {

using Counts = std::vector<std::int64_t>;
using Values = std::vector<double>;

graph::Conv conv_of(const std::vector<float>& weights, std::int64_t out_channels) {
  graph::Conv conv;
  conv.out_channels = out_channels;
  conv.weights_ohwi = weights;
  return conv;
}

TEST(ChannelRangesTest, TheLargestMagnitudeOfEachChannelCounts) {
  const ChannelRanges ranges = channel_ranges(conv_of({1, -4, 0, 0, 0.5F, 0.25F, -2, 2}, 4));
  EXPECT_EQ(ranges.largest, (Values{4, 0, 0.5, 2}));
  EXPECT_EQ(ranges.live(), (Values{0.5, 2, 4}));
  EXPECT_EQ(ranges.spread(), 2);       // 4 over the median 2
  EXPECT_EQ(ranges.full_spread(), 8);  // 4 over 0.5
}

TEST(ChannelRangesTest, AnEvenNumberHasItsMedianInTheMiddle) {
  const ChannelRanges ranges{{8, 1, 3, 2}};
  EXPECT_EQ(ranges.spread(), 8 / 2.5);
  EXPECT_EQ(ranges.full_spread(), 8);
}

TEST(ChannelRangesTest, ChannelsBelowAnyCodeAreNotLive) {
  const ChannelRanges ranges{{1, 0x1p-23, 0x1.fffffep-24, 0}};
  EXPECT_EQ(ranges.live(), (Values{0x1p-23, 1}));
  EXPECT_EQ(ranges.full_spread(), 0x1p23);
  const ChannelRanges zeros{{0, 0}};
  EXPECT_TRUE(zeros.live().empty());
  EXPECT_EQ(zeros.spread(), 0);
  EXPECT_EQ(zeros.full_spread(), 0);
  EXPECT_EQ(range_use_before(zeros), (Values{0, 0}));
}

TEST(ChannelRangesTest, ScalingFillsTheCodeRange) {
  const ChannelRanges ranges{{4, 1, 0.375, 0}};
  EXPECT_EQ(range_use_before(ranges), (Values{1, 0.25, 0.09375, 0}));
  graph::QuantizedConv conv;
  conv.weight_scales = {4.0 / 128};
  EXPECT_EQ(range_use_after(ranges, conv)[1], 1 / (4.0 / 128 * 127));
  conv.weight_scales = {4.0 / 7};
  conv.weight_bits = 4;
  EXPECT_NEAR(range_use_after(ranges, conv)[0], 1, 1e-15);
  conv.requantization.channel_shifts = {0, 2, 3, 0};
  const Values shifted = range_use_after(ranges, conv);
  EXPECT_NEAR(shifted[1], 1, 1e-15);
  EXPECT_NEAR(shifted[2], 0.75, 1e-15);
  EXPECT_EQ(shifted[3], 0);
  conv.requantization.channel_shifts.clear();
  conv.weight_scales = {4.0 / 7, 1.0 / 7, 0.5 / 7, 1};
  const Values per_channel = range_use_after(ranges, conv);
  EXPECT_NEAR(per_channel[1], 1, 1e-15);
  EXPECT_NEAR(per_channel[2], 0.75, 1e-15);
}

TEST(ChannelRangesTest, LostAreLiveChannelsWithoutACode) {
  const graph::Conv conv = conv_of({4, 1, 0.01F, 0, 0, 0}, 3);
  graph::QuantizedConv quantized;
  quantized.out_channels = 3;
  quantized.weights_ohwi = {127, 32, 0, 0, 0, 0};
  EXPECT_EQ(lost_channels(conv, quantized), 1);
  quantized.weights_ohwi = {127, 32, 0, 1, 0, 0};
  EXPECT_EQ(lost_channels(conv, quantized), 0);
  quantized.weight_zero_point = 5;
  quantized.weights_ohwi = {127, 32, 5, 5, 5, 5};
  EXPECT_EQ(lost_channels(conv, quantized), 1);
}

TEST(ChannelRangesTest, TheHistogramCountsEveryChannel) {
  graph::Requantization requantization;
  EXPECT_EQ(shift_histogram(requantization), Counts{});
  requantization.channel_shifts = {0, 3, 3, 15, 0, 3};
  EXPECT_EQ(shift_histogram(requantization),
            (Counts{2, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}));
}

}  // namespace
}  // namespace npusim::study
