// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/space.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "sim/base/files.h"
#include "tests/support/support.h"

namespace npusim::sweep {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

constexpr char kSweep[] = R"(run: net.yaml
set: {simulation.timing_only: true}
axes:
  m.rows: [8, 16, 32]
  m.columns: {from: 8, to: 128, times: 2}
  q.scheme: [per_layer, shift_scaler]
derived: {m.lanes: m.columns / 2, m.macs: m.rows * m.lanes}
where: [m.macs <= 512, q.scheme == per_layer or m.rows > 8]
objectives: {minimise: [cycles.total, area], maximise: accuracy}
constraints: [cycles.latency_seconds <= 0.005]
)";

SweepConfig config_of(const std::string& text) { return parse_sweep_config(text, "d/s.yaml"); }

std::vector<std::string> errors_of(const std::string& text) {
  try {
    const SweepConfig config = config_of(text);
    const Space space(config);
    return {};
  } catch (const base::InputError& error) {
    return error.messages();
  }
}

TEST(SweepFile, IsReadWhole) {
  const SweepConfig config = config_of(kSweep);
  EXPECT_EQ(config.name, "s");
  EXPECT_EQ(config.run, "net.yaml");
  EXPECT_THAT(config.set, ElementsAre("simulation.timing_only=true"));
  ASSERT_THAT(config.axes, SizeIs(3));
  EXPECT_THAT(config.axes[1].values, ElementsAre("8", "16", "32", "64", "128"));
  EXPECT_EQ(config.axes[2].key, "q.scheme");
  EXPECT_THAT(config.where, SizeIs(2));
  ASSERT_THAT(config.objectives, SizeIs(3));
  EXPECT_FALSE(config.objectives[1].maximise);
  EXPECT_EQ(config.objectives[2].metric, "accuracy");
  EXPECT_TRUE(config.objectives[2].maximise);
  EXPECT_EQ(config.constraints[0].names()[0], "cycles.latency_seconds");
}

TEST(SweepFile, AxesAreListsOrRanges) {
  const auto values = [](const std::string& axis) {
    return config_of("run: r\naxes: {a.b: " + axis + "}").axes[0].values;
  };
  EXPECT_THAT(values("[1KiB, 1.5, x, null, true, \"8\", [1, 2], {k: v}]"),
              ElementsAre("1024", "1.5", "x", "null", "true", "\"8\"", "[1, 2]", "{k: v}"));
  EXPECT_THAT(values("{from: 1KiB, to: 4KiB, step: 1KiB}"),
              ElementsAre("1024", "2048", "3072", "4096"));
  EXPECT_THAT(values("{from: 5, to: 11, step: 4}"), ElementsAre("5", "9"));
  EXPECT_THAT(values("{from: -0.2, to: 0.15, step: 0.1}"), ElementsAre("-0.2", "-0.1", "0", "0.1"));
  EXPECT_THAT(values("{from: 99.0, to: 100, step: .25}"),
              ElementsAre("99", "99.25", "99.5", "99.75", "100"));
  EXPECT_THAT(values("{from: 3, to: 3, times: 2}"), ElementsAre("3"));
  EXPECT_THAT(values("{from: 1, to: 9223372036854775807, times: 4000000000}"),
              ElementsAre("1", "4000000000"));
}

TEST(SweepFile, EveryErrorIsToldAtOnceWithItsPlace) {
  const auto errors = errors_of(R"(set: {a.b: 1}
axes:
  a.b: [1, 2]
  x..y: [1]
  c: []
  d: [1, 1KiB, 1024]
  e: {from: 1, to: 8}
  f: {from: 8, to: 1, step: 1}
  g: {from: 0, to: 8, times: 2}
  h: {from: 1, to: 8, step: 1, tims: 2}
  i: {from: 0, to: 100000000000, step: 1}
  j: 7
where: a.b <
derived: {k: [1]}
sample: {points: 0}
search: {points: 5, seed: 1}
objectives: {minimize: [cycles.total]}
constraint: []
)");
  for (const char* part : {"d/s.yaml:3:3: axes.a.b: got a second value",
                           "d/s.yaml:4:3: axes.x..y",
                           "an empty list",
                           "axes.d[2]: got 1024 a second time",
                           "axes.e: got neither step nor times",
                           "axes.f.to: got 1, must be at least from",
                           "axes.g.from: got 0, must be at least 1",
                           "axes.h.tims: got an unknown key",
                           "axes.i.step",
                           "axes.j: got 7",
                           "d/s.yaml:1:1: run",
                           "where: got the end in 'a.b <'",
                           "derived.k: got a list",
                           "sample.points: got 0",
                           "sample.seed",
                           "search beside sample",
                           "no objectives",
                           "objectives.minimize: got an unknown key",
                           "did you mean minimise?",
                           "constraint: got an unknown key"}) {
    EXPECT_THAT(errors, Contains(HasSubstr(part)));
  }
}

TEST(Space, NumbersAreThoseOfTheGrid) {
  const SweepConfig config = config_of(kSweep);
  const Space space(config);
  EXPECT_EQ(space.grid_size(), 30);
  EXPECT_EQ(space.dropped() + static_cast<std::int64_t>(space.points().size()), 30);
  std::vector<std::int64_t> expected;
  for (std::int64_t number = 0; number < 30; ++number) {
    const std::int64_t rows = 8 << (number / 10), lanes = 4 << (number / 2 % 5);
    if (rows * lanes <= 512 && (number % 2 == 0 || rows > 8)) expected.push_back(number);
    EXPECT_EQ(space.number_of(space.digits(number)), number);
  }
  EXPECT_EQ(space.points(), expected);
  const Point point = space.at(25);  // 2, 2, 1
  EXPECT_THAT(point.values, ElementsAre("32", "32", "shift_scaler"));
  EXPECT_THAT(point.derived, ElementsAre("16", "512"));
  EXPECT_THAT(space.assignments(point),
              ElementsAre("simulation.timing_only=true", "m.rows=32", "m.columns=32",
                          "q.scheme=shift_scaler", "m.lanes=16", "m.macs=512"));
}

TEST(Space, FixedValuesMayBeNamed) {
  const SweepConfig config =
      config_of("run: r\naxes: {a.b: [1, 2, 3]}\nwhere: [a.b < c.d, a.b != 1]");
  const Space space(config, [](const std::string& key) -> std::optional<std::string> {
    if (key == "c.d") return "3";
    return std::nullopt;
  });
  EXPECT_THAT(space.points(), ElementsAre(1));
  EXPECT_THAT(errors_of("run: r\naxes: {a.bank: [1]}\nwhere: [a.bnk < 2]"),
              ElementsAre(AllOf(HasSubstr("d/s.yaml:3:9: where[0]: got a.bnk in 'a.bnk < 2'"),
                                HasSubstr("did you mean a.bank?"))));
}

TEST(Space, ASampleIsUniformWithoutRepetitionAndStable) {
  const std::string text =
      "run: r\naxes: {a: [0,1,2,3,4,5,6,7,8,9], b: [0,1,2,3]}\nwhere: [a != 3]\n";
  std::map<std::int64_t, int> times;
  constexpr int kSeeds = 800;
  for (int seed = 0; seed < kSeeds; ++seed) {
    const SweepConfig config =
        config_of(text + "sample: {points: 9, seed: " + std::to_string(seed) + "}");
    const Space space(config), again(config);
    EXPECT_EQ(space.points(), again.points());
    EXPECT_EQ(std::set<std::int64_t>(space.points().begin(), space.points().end()).size(), 9U);
    for (const std::int64_t number : space.points()) ++times[number];
  }
  EXPECT_THAT(times, SizeIs(36));  // a quarter of the draws each
  for (const auto& [number, count] : times) {
    EXPECT_NE(number / 4, 3);
    EXPECT_NEAR(count, kSeeds * 0.25, 62) << number;  // 5 standard deviations
  }
  const SweepConfig all = config_of(text + "sample: {points: 100, seed: 1}");
  EXPECT_THAT(Space(all).points(), SizeIs(36));
}

TEST(Space, AHugeGridIsSampledButNotLookedThrough) {
  std::string text = "run: r\naxes:\n";
  for (int axis = 0; axis < 6; ++axis)
    text += "  a" + std::to_string(axis) + ": {from: 1, to: 1000, step: 1}\n";
  EXPECT_THAT(errors_of(text),
              ElementsAre(AllOf(HasSubstr("1000000000000000000 points"),
                                HasSubstr("at most 1000000"), HasSubstr("sample"))));
  EXPECT_THAT(errors_of(text + "  a6: {from: 1, to: 1000, step: 1}\n"),
              ElementsAre(HasSubstr("2^63")));
  const SweepConfig config =
      config_of(text + "where: [a0 <= 500]\nsample: {points: 1000, seed: 7}");
  const Space space(config);
  EXPECT_THAT(space.points(), SizeIs(1000));
  EXPECT_NEAR(static_cast<double>(space.dropped()), 1000, 250);
  EXPECT_EQ(space.looked_at(), space.dropped() + 1000);
  EXPECT_THAT(errors_of(text + "where: [a0 == 1 and a1 == 1]\nsample: {points: 100, seed: 7}"),
              ElementsAre(AllOf(HasSubstr("of 500000 points drawn"),
                                HasSubstr("keep the 100 points of 'sample'"))));
  for (const std::int64_t number : space.points()) EXPECT_LT(space.digits(number)[0], 500);
}

TEST(Space, NothingKeptIsAnError) {
  EXPECT_THAT(errors_of("run: r\naxes: {a: [1, 2]}\nwhere: [a > 2]"),
              ElementsAre(HasSubstr("drop all of 2 points")));
}

TEST(Space, FilesBesideTheSweepFileAreMeantFromThere) {
  const test::TempFolder folder;
  base::write_file_whole(folder / "net.yaml", "x");
  base::write_file_whole(folder / "hw.yaml", "x");
  const SweepConfig config =
      parse_sweep_config("axes: {run: [net.yaml, other.yaml], hardware: [hw.yaml, npu_32x32.yaml]}",
                         folder / "s.yaml");
  const Space space(config);
  EXPECT_EQ(space.run_file(space.at(0)), (folder / "net.yaml").string());
  EXPECT_EQ(space.run_file(space.at(2)), "other.yaml");
  EXPECT_THAT(space.assignments(space.at(0)),
              ElementsAre("hardware=" + (folder / "hw.yaml").string()));
  EXPECT_THAT(space.assignments(space.at(1)), ElementsAre("hardware=npu_32x32.yaml"));
}

TEST(Space, HashesAreOfWhatDecidesTheRecord) {
  EXPECT_EQ(point_hash(1, {"a=1", "b=2"}), point_hash(1, {"b=2", "a=1"}));
  EXPECT_NE(point_hash(1, {"a=1", "b=2"}), point_hash(2, {"a=1", "b=2"}));
  EXPECT_NE(point_hash(1, {"a=1", "b=2"}), point_hash(1, {"a=1", "b=3"}));
  EXPECT_THAT(point_hash(1, {"a=1"}), SizeIs(16));
  const SweepConfig config = config_of(kSweep);
  const Space space(config);
  std::set<std::string> hashes;
  for (std::int64_t number = 0; number < 30; ++number)
    hashes.insert(space.hash(1, space.at(number)));
  EXPECT_THAT(hashes, SizeIs(30));
}

}  // namespace
}  // namespace npusim::sweep
