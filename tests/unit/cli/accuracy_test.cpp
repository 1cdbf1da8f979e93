// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/accuracy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "tests/unit/cli/embedded_run.h"

namespace npusim::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(MeasureAccuracyTest, AllSchemesInOrderAndTheSameForAnyNumberOfThreads) {
  const config::RunConfig run = embedded_run();
  const auto dataset = data::open_dataset(*run.dataset, run.input);
  Progress progress(/*quiet=*/true);
  compile::Pipeline pipeline(run, 1);
  const AccuracyResult one =
      measure_accuracy(pipeline, "shift_scaler", *dataset, false, 1, progress);
  const AccuracyResult three =
      measure_accuracy(pipeline, "shift_scaler", *dataset, false, 3, progress);

  EXPECT_EQ(one.accuracy.images, 40);
  EXPECT_GT(one.accuracy.float_top1, 30);
  EXPECT_GE(one.accuracy.float_top5, one.accuracy.float_top1);
  ASSERT_EQ(one.accuracy.schemes.size(), 3u);
  EXPECT_EQ(one.accuracy.schemes[0].scheme, "per_layer");
  EXPECT_EQ(one.accuracy.schemes[1].scheme, "shift_scaler");
  EXPECT_EQ(one.accuracy.schemes[2].scheme, "per_channel");
  // 5 bytes a layer; half a byte a channel more; 5 bytes a channel.
  EXPECT_LT(one.accuracy.schemes[0].parameter_bytes, one.accuracy.schemes[1].parameter_bytes);
  EXPECT_LT(one.accuracy.schemes[1].parameter_bytes, one.accuracy.schemes[2].parameter_bytes);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_GE(one.accuracy.schemes[i].top5, one.accuracy.schemes[i].top1);
    EXPECT_EQ(one.accuracy.schemes[i].top1, three.accuracy.schemes[i].top1);
    EXPECT_EQ(one.accuracy.schemes[i].agreement_top1, three.accuracy.schemes[i].agreement_top1);
  }
  EXPECT_THAT(one.notes, IsEmpty());
}

TEST(MeasureAccuracyTest, AnotherSchemeThatTheHardwareCannotDoIsLeftOutAndSaid) {
  config::RunConfig run = embedded_run();
  run.hardware.requantization.field_bits = 2;
  const auto dataset = data::open_dataset(*run.dataset, run.input);
  Progress progress(/*quiet=*/true);
  compile::Pipeline pipeline(run, 1);
  const AccuracyResult result =
      measure_accuracy(pipeline, "per_layer", *dataset, false, 1, progress);
  ASSERT_EQ(result.accuracy.schemes.size(), 2u);
  EXPECT_THAT(result.notes, ElementsAre(HasSubstr("accuracy of shift_scaler left out: ")));
  EXPECT_THROW(measure_accuracy(pipeline, "shift_scaler", *dataset, false, 1, progress),
               base::InputError);
}

class WrongLabels : public data::Dataset {
 public:
  explicit WrongLabels(const data::Dataset& right) : right_(right) {}
  std::int64_t images() const override { return 3; }
  std::int64_t label(std::int64_t index) const override { return index > 0 ? 39 + index : 0; }
  std::string name(std::int64_t index) const override { return right_.name(index); }
  std::string label_place(std::int64_t index) const override { return right_.label_place(index); }
  data::Sample sample(std::int64_t index) const override { return right_.sample(index); }

 private:
  const data::Dataset& right_;
};

TEST(MeasureAccuracyTest, EveryLabelThatIsNoClassIsNamed) {
  const config::RunConfig run = embedded_run();
  const auto dataset = data::open_dataset(*run.dataset, run.input);
  Progress progress(/*quiet=*/true);
  compile::Pipeline pipeline(run, 1);
  try {
    measure_accuracy(pipeline, "per_layer", WrongLabels(*dataset), false, 2, progress);
    FAIL() << "must throw";
  } catch (const base::InputError& error) {
    EXPECT_STREQ(
        error.what(),
        "dataset image 1: label: got 40 of image 1, must be a class of the network, 0 to 39\n"
        "dataset image 2: label: got 41 of image 2, must be a class of the network, 0 to 39");
  }
}

}  // namespace
}  // namespace npusim::cli
