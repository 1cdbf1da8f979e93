// SPDX-License-Identifier: Apache-2.0
#include "frontend/quantize/scheme.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "frontend/quantize/calibrator.h"
#include "sim/base/errors.h"

namespace npusim::quantize {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// One weight per channel: m_c is the value itself.
WeightMatrix column(const std::vector<float>& values) {
  return {values.data(), static_cast<std::int64_t>(values.size()), 1};
}

std::string refusal_of(const SchemeOptions& options) {
  try {
    make_scheme(options);
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(SchemeTest, FactoryKnowsWhatItLists) {
  for (const std::string& name : scheme_names()) {
    EXPECT_EQ(make_scheme({name, 4, ShiftRule::floor})->name(), name);
    EXPECT_NE(scheme_summary(name), "");
  }
  EXPECT_THAT(scheme_names(), ElementsAre("per_layer", "shift_scaler", "per_channel"));
}

TEST(SchemeTest, RefusalsNameTheChoices) {
  EXPECT_EQ(refusal_of({"per_chanel", 4, ShiftRule::floor}),
            "quantization.scheme: got per_chanel, must be one of per_layer, shift_scaler, "
            "per_channel; did you mean per_channel?");
  EXPECT_EQ(refusal_of({"shift_scaler", 5, ShiftRule::octave}),
            "quantization.field_bits: got 5, must be 0 to 4");
  EXPECT_EQ(refusal_of({"shift_scaler", -1, ShiftRule::floor}),
            "quantization.field_bits: got -1, must be 0 to 4");
  EXPECT_EQ(refusal_of({"per_channel", 4, ShiftRule::floor, false}),
            "quantization.symmetric: got false, must be true with scheme per_channel (only "
            "per_layer has a weight zero point)");
  EXPECT_EQ(parse_shift_rule("octave"), ShiftRule::octave);
  EXPECT_THROW(parse_shift_rule("nearest"), base::InputError);
  EXPECT_EQ(make_calibrator("min_max")->name(), "min_max");
  for (const std::string& name : calibrator_names()) EXPECT_NE(calibrator_summary(name), "");
  EXPECT_THROW(calibrator_summary("max_min"), base::InputError);
  EXPECT_THROW(scheme_summary("per_tensor"), base::InputError);
  EXPECT_THROW(make_calibrator("minmax"), base::InputError);
}

TEST(SchemeTest, PerLayerTakesTheLargestMagnitude) {
  const std::vector<float> weights = {0.5F, -2.0F, 1.0F, 0.0F};
  const auto scheme = make_per_layer();
  WeightScales scales = scheme->choose({weights.data(), 2, 2}, 127);
  EXPECT_THAT(scales.scales, ElementsAre(2.0 / 127));
  EXPECT_THAT(scales.channel_shifts, IsEmpty());
  EXPECT_FALSE(scheme->coarsen(scales, 0));
  EXPECT_THAT(scheme->choose({weights.data(), 2, 2}, 7).scales, ElementsAre(2.0 / 7));
}

TEST(SchemeTest, AsymmetricPerLayerSpansTheWeightsAndZero) {
  const auto scheme = make_scheme({"per_layer", 4, ShiftRule::floor, false});
  EXPECT_TRUE(scheme->has_zero_point());
  const std::vector<float> both = {-1.0F, 0.5F, 4.1F, 0.0F};
  const WeightScales scales = scheme->choose(column(both), 127);
  EXPECT_THAT(scales.scales, ElementsAre((static_cast<double>(4.1F) + 1.0) / 255));
  EXPECT_EQ(scales.zero_point, -78);  // -128 + 50
  const std::vector<float> positive = {3.0F, 1.0F};
  EXPECT_EQ(scheme->choose(column(positive), 7).zero_point, -8);
  EXPECT_THAT(scheme->choose(column(positive), 7).scales, ElementsAre(3.0 / 15));
  const std::vector<float> negative = {-3.0F, -1.0F};
  EXPECT_EQ(scheme->choose(column(negative), 7).zero_point, 7);
  const std::vector<float> zeros = {0.0F, -0.0F};
  EXPECT_THAT(scheme->choose(column(zeros), 127).scales, ElementsAre(1.0));
}

TEST(SchemeTest, LayersOfZerosGetScaleOne) {
  const std::vector<float> zeros = {0.0F, -0.0F, 0.0F};
  for (const std::string& name : scheme_names()) {
    const WeightScales scales =
        make_scheme({name, 4, ShiftRule::floor})->choose(column(zeros), 127);
    for (int c = 0; c < 3; ++c) {
      EXPECT_EQ(scales.scale(c), 1.0) << name;
      EXPECT_EQ(scales.shift(c), 0) << name;
    }
  }
}

TEST(ShiftScalerTest, ShiftIsTheLargestThatDoesNotPassTheLayersMaximum) {
  const std::vector<float> weights = {1.0F,
                                      std::nextafterf(0.5F, 1.0F),
                                      -0.5F,
                                      std::nextafterf(0.5F, 0.0F),
                                      std::nextafterf(0.25F, 1.0F),
                                      0.25F,
                                      0.3F};
  const WeightScales scales = make_shift_scaler(4, ShiftRule::floor)->choose(column(weights), 127);
  EXPECT_THAT(scales.channel_shifts, ElementsAre(0, 0, 1, 1, 1, 2, 1));
  EXPECT_THAT(scales.scales, ElementsAre(1.0 / 127));
}

TEST(ShiftScalerTest, MaximumThatIsNoPowerOfTwo) {
  // 3 * 2^-n against T = 3 is exact at every n; one unit of the last place more is one shift less.
  std::vector<float> weights = {3.0F};
  for (int n = 1; n <= 15; ++n) weights.push_back(std::ldexp(3.0F, -n));
  for (int n = 1; n <= 15; ++n) weights.push_back(std::nextafterf(std::ldexp(3.0F, -n), 1.0e9F));
  const WeightScales scales = make_shift_scaler(4, ShiftRule::floor)->choose(column(weights), 127);
  for (std::size_t n = 1; n <= 15; ++n) {
    EXPECT_EQ(scales.channel_shifts[n], n);
    EXPECT_EQ(scales.channel_shifts[n + 15], n - 1);
  }
}

TEST(ShiftScalerTest, FieldBitsCapTheShift) {
  const std::vector<float> weights = {1.0F, 0x1p-5F, 0x1p-15F, 0x1p-16F};
  const auto shifts = [&](std::int32_t bits) {
    return make_shift_scaler(bits, ShiftRule::floor)->choose(column(weights), 127).channel_shifts;
  };
  EXPECT_THAT(shifts(4), ElementsAre(0, 5, 15, 15));
  EXPECT_THAT(shifts(3), ElementsAre(0, 5, 0, 0));  // 127 * 2^(7 - 15) is below half a code
  EXPECT_THAT(shifts(2), ElementsAre(0, 3, 0, 0));
  EXPECT_THAT(shifts(1), ElementsAre(0, 1, 0, 0));
  EXPECT_THAT(shifts(0), IsEmpty());
}

TEST(ShiftScalerTest, DeadChannelsGetNoShift) {
  // With T = 127 a code is W * 2^s; a largest code of exactly one half rounds to the even 0.
  const std::vector<float> weights = {127.0F, 0x1p-16F, std::nextafterf(0x1p-16F, 1.0F), 0.0F};
  const WeightScales scales = make_shift_scaler(4, ShiftRule::floor)->choose(column(weights), 127);
  EXPECT_THAT(scales.channel_shifts, ElementsAre(0, 0, 15, 0));
}

TEST(ShiftScalerTest, CoarserIsOneShiftLessOfThatChannel) {
  const std::vector<float> weights = {1.0F, 0.25F, 0.25F};
  const auto scheme = make_shift_scaler(4, ShiftRule::floor);
  WeightScales scales = scheme->choose(column(weights), 127);
  EXPECT_TRUE(scheme->coarsen(scales, 1));
  EXPECT_THAT(scales.channel_shifts, ElementsAre(0, 1, 2));
  EXPECT_TRUE(scheme->coarsen(scales, 1));
  EXPECT_FALSE(scheme->coarsen(scales, 1));
  EXPECT_FALSE(scheme->coarsen(scales, 0));
  EXPECT_THAT(scales.channel_shifts, ElementsAre(0, 0, 2));
}

TEST(PerChannelTest, OwnScaleButNotBelowTheFloor) {
  const std::vector<float> weights = {8.0F, 0x1p-20F, 0x1p-21F, 0.0F};
  const auto scheme = make_per_channel();
  WeightScales scales = scheme->choose(column(weights), 127);
  EXPECT_THAT(scales.scales, ElementsAre(8.0 / 127, 0x1p-20 / 127, 0x1p-20 / 127, 0x1p-20 / 127));
  EXPECT_TRUE(scheme->coarsen(scales, 1));
  EXPECT_THAT(scales.scales, ElementsAre(8.0 / 127, 0x1p-19 / 127, 0x1p-20 / 127, 0x1p-20 / 127));
}

}  // namespace
}  // namespace npusim::quantize
