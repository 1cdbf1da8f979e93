// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/point_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/files.h"
#include "tests/support/support.h"

namespace npusim::sweep {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::SizeIs;

class PointReaderTest : public testing::Test {
 protected:
  SweepConfig config_of(const std::string& text) const {
    return parse_sweep_config(text, folder_ / "s.yaml");
  }
  /// The errors of reading the sweep's points.
  std::vector<std::string> errors_of(const std::string& text) const {
    try {
      const SweepConfig config = config_of(text);
      const Space space(config, fixed_values(config, {}, folders_));
      PointReader reader(space, {}, folders_);
      check_points(space, reader);
      return {};
    } catch (const base::InputError& error) {
      return error.messages();
    }
  }

  const test::TempFolder folder_;
  const config::SearchFolders folders_ = {{test::source_dir() / "workloads"},
                                          {test::source_dir() / "configs"}};
};

TEST_F(PointReaderTest, EveryPointHasItsRun) {
  const SweepConfig config = config_of(R"(
axes:
  run: [mobilenet_v1_224.yaml, resnet18_224.yaml]
  hardware: [npu_32x32.yaml, npu_16x16_edge.yaml]
  hardware.mac_array.rows: [8, 64]
derived: {hardware.mac_array.columns: hardware.mac_array.rows * 2}
set: {simulation.images: 3}
)");
  const Space space(config);
  PointReader reader(space, {}, folders_);
  EXPECT_EQ(check_points(space, reader), 8);
  const config::RunConfig run = reader.read(space.at(7));
  EXPECT_EQ(run.name, "resnet18_224");
  EXPECT_EQ(run.hardware.name, "npu_16x16_edge");
  EXPECT_EQ(run.hardware.mac_array.rows, 64);
  EXPECT_EQ(run.hardware.mac_array.columns, 128);
  EXPECT_EQ(run.simulation.images, 3);
  EXPECT_EQ(reader.read(space.at(0)).name, "mobilenet_v1_224");
}

TEST_F(PointReaderTest, WhatTheRunFixesMayBeNamed) {
  const SweepConfig config = config_of(R"(
run: mobilenet_v1_224.yaml
set: {quantization.field_bits: 2}
axes: {hardware.mac_array.rows: [8, 16, 32, 64]}
where:
  - hardware.mac_array.rows <= hardware.mac_array.columns
  - hardware.mac_array.rows >= 4 * quantization.field_bits and quantization.scheme == shift_scaler
  - hardware.weight_scratchpad.bytes == 256KiB and hardware.mac_array.overlap_weight_load
)");
  const Space space(config, fixed_values(config, {}, folders_));
  EXPECT_THAT(space.points(), ElementsAre(0, 1, 2));
}

TEST_F(PointReaderTest, WhatAnAxisChangesIsNotFixed) {
  EXPECT_THAT(errors_of("run: mobilenet_v1_224.yaml\n"
                        "axes: {hardware: [npu_32x32.yaml, npu_64x64.yaml]}\n"
                        "where: [hardware.mac_array.rows < 64]"),
              ElementsAre(HasSubstr("where[0]: got hardware.mac_array.rows")));
  EXPECT_THAT(errors_of("axes: {run: [mobilenet_v1_224.yaml, mobilenet.yaml]}\n"
                        "where: [simulation.images > 0]"),
              ElementsAre(HasSubstr("where[0]: got simulation.images")));
}

TEST_F(PointReaderTest, EveryErrorIsToldOnceWithItsPlaceAndItsPoints) {
  const auto errors = errors_of(R"(run: mobilenet_v1_224.yaml
axes:
  hardware.mac_array.rows: [8, 0, 16]
  quantization.shceme: [per_layer]
  quantization.field_bits: [3, 9]
derived: {hardware.mac_array.columns: hardware.mac_array.rows / 16}
)");
  EXPECT_THAT(errors,
              testing::IsSupersetOf(
                  {AllOf(HasSubstr("s.yaml:3:28: axes.hardware.mac_array.rows: got 0, must be"),
                         EndsWith("(point 2 and 1 more)")),
                   AllOf(HasSubstr("s.yaml:4:24: axes.quantization.shceme: got an unknown key"),
                         EndsWith("(point 0 and 5 more)")),
                   AllOf(HasSubstr("s.yaml:5:28: axes.quantization.field_bits: got 9"),
                         EndsWith("(point 1 and 2 more)")),
                   AllOf(HasSubstr("s.yaml:6:39: derived.hardware.mac_array.columns: got 0.5"),
                         EndsWith("(point 0 and 1 more)"))}));
}

TEST_F(PointReaderTest, ManyErrorsAreCounted) {
  const auto errors = errors_of(
      "run: mobilenet_v1_224.yaml\naxes: {hardware.mac_array.rows: {from: 5000, to: 5029, step: "
      "1}}");
  ASSERT_THAT(errors, SizeIs(11));
  EXPECT_THAT(errors.back(), EndsWith("20 more messages are not shown"));
}

TEST_F(PointReaderTest, AMissingRunFileIsToldWithItsPlace) {
  EXPECT_THAT(errors_of("run: mobilenet_v1_22.yaml\naxes: {hardware.mac_array.rows: [8, 16]}"),
              ElementsAre(AllOf(HasSubstr("s.yaml:1:6: run: got mobilenet_v1_22.yaml"),
                                HasSubstr("did you mean"), EndsWith("(point 0 and 1 more)"))));
}

TEST_F(PointReaderTest, ASearchedSpaceIsCheckedAtTenThousandPointsAtMost) {
  const std::string text = R"(
run: mobilenet_v1_224.yaml
axes:
  hardware.mac_array.rows: {from: 1, to: 400, step: 1}
  hardware.mac_array.columns: {from: 1, to: 400, step: 1}
where: [hardware.mac_array.rows % 20 == 1]
search: {points: 10, seed: 1}
objectives: {minimise: cycles.total}
)";
  const SweepConfig config = config_of(text);
  const Space space(config);
  PointReader reader(space, {}, folders_);
  const std::int64_t checked = check_points(space, reader);
  EXPECT_GT(checked, 400);
  EXPECT_LT(checked, 600);
}

}  // namespace
}  // namespace npusim::sweep
