// SPDX-License-Identifier: Apache-2.0
#include "sim/base/nearest.h"

#include <gtest/gtest.h>

namespace npusim::base {
namespace {

using Choices = std::vector<std::string>;

TEST(NearestChoice, OffersOnlyWhatIsNear) {
  const Choices choices = {"rows", "columns", "accumulator_bits"};
  EXPECT_EQ(nearest_choice("row", choices), "rows");
  EXPECT_EQ(nearest_choice("colums", choices), "columns");
  EXPECT_EQ(nearest_choice("acumulator_bit", choices), "accumulator_bits");
  EXPECT_EQ(nearest_choice("bandwidth", choices), "");
  EXPECT_EQ(nearest_choice("", choices), "");
  EXPECT_EQ(nearest_choice("rows", {}), "");
}

TEST(NearestChoice, SwappedNeighboursAreOneMistake) {
  EXPECT_EQ(nearest_choice("rnu", {"rum", "run"}), "run");
  EXPECT_EQ(nearest_choice("agtehr", {"gather"}), "gather");
}

TEST(NearestChoice, AnEqualDistanceGoesToTheFirst) {
  EXPECT_EQ(nearest_choice("conv_0", {"conv_1", "conv_2"}), "conv_1");
}

TEST(NearestChoice, WhatIsReplacedAltogetherIsNotNear) {
  EXPECT_EQ(nearest_choice("ab", {"xy"}), "");
  EXPECT_EQ(nearest_choice("ab", {"a"}), "");
}

TEST(NearestChoice, ABeginningIsCompletedByTheShortest) {
  const Choices choices = {"activation_scratchpad_bytes", "activation_scratchpad", "dram"};
  EXPECT_EQ(nearest_choice("activation", choices), "activation_scratchpad");
  EXPECT_EQ(nearest_choice("ac", choices), "");
}

TEST(NearestChoice, AWordWithinIsFoundAndAPartOfOneIsNot) {
  const Choices choices = {"hardware.mac_array.rows", "cycles.total"};
  EXPECT_EQ(nearest_choice("mac_array.rows", choices), "hardware.mac_array.rows");
  EXPECT_EQ(nearest_choice("total", choices), "cycles.total");
  EXPECT_EQ(nearest_choice("ota", choices), "");
  EXPECT_EQ(nearest_choice("array_row", choices), "");
}

TEST(NearestChoice, AVeryLongTextIsNotCompared) {
  EXPECT_EQ(nearest_choice(std::string(513, 'a'), {std::string(513, 'a') + 'b'}), "");
  EXPECT_NE(nearest_choice(std::string(512, 'a'), {std::string(512, 'a') + 'b'}), "");
}

TEST(DidYouMean, IsAQuestionOrNothing) {
  EXPECT_EQ(did_you_mean("row", {"rows"}), "; did you mean rows?");
  EXPECT_EQ(did_you_mean("frobnicate", {"rows"}), "");
}

}  // namespace
}  // namespace npusim::base
