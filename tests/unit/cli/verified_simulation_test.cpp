// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/verified_simulation.h"

#include <gtest/gtest.h>

#include <numeric>

#include "frontend/compile/pipeline.h"
#include "sim/base/errors.h"
#include "tests/unit/cli/embedded_run.h"

namespace npusim::cli {
namespace {

class VerifiedSimulationTest : public testing::Test {
 protected:
  VerifiedSimulationTest()
      : run_(embedded_run()),
        dataset_(data::open_dataset(*run_.dataset, run_.input)),
        pipeline_(run_, 1),
        program_(pipeline_.program("shift_scaler")),
        graph_(pipeline_.quantized("shift_scaler").graph) {}

  VerifiedSimulation simulate(std::int64_t count) {
    std::vector<std::int64_t> images(static_cast<std::size_t>(count));
    std::iota(images.begin(), images.end(), 0);
    Progress progress(/*quiet=*/true);
    return simulate_and_compare(program_, graph_, *dataset_, images, progress);
  }

  config::RunConfig run_;
  std::unique_ptr<data::Dataset> dataset_;
  compile::Pipeline pipeline_;
  isa::Program program_;
  graph::QuantizedGraph graph_;
};

TEST_F(VerifiedSimulationTest, TheMachineIsBitExact) {
  const VerifiedSimulation verified = simulate(2);
  EXPECT_EQ(verified.simulation.images, 2);
  EXPECT_EQ(verified.simulation.mismatched_values, 0);
  EXPECT_FALSE(verified.simulation.first_mismatch.has_value());
  ASSERT_EQ(verified.simulation.output_sha256.size(), 2u);
  EXPECT_NE(verified.simulation.output_sha256[0], verified.simulation.output_sha256[1]);
  EXPECT_EQ(verified.simulation.output_sha256[0].size(), 64u);
  EXPECT_GT(verified.result.total_cycles, 0);
}

TEST_F(VerifiedSimulationTest, ADifferentNetworkIsNoticedWhereItFirstDiffers) {
  // The Program was compiled from the unchanged network; the expectation is now one code higher in
  // one place.
  auto& conv = std::get<graph::QuantizedConv>(graph_.nodes.at(3).op);
  conv.bias.at(2) += 1 << 20;
  const VerifiedSimulation verified = simulate(1);
  EXPECT_GT(*verified.simulation.mismatched_values, 0);
  ASSERT_TRUE(verified.simulation.first_mismatch.has_value());
  const report::Mismatch& first = *verified.simulation.first_mismatch;
  EXPECT_EQ(first.image, 0);
  EXPECT_EQ(first.layer, graph_.nodes.at(3).name);
  EXPECT_EQ(first.channel, 2);
  EXPECT_NE(first.simulated, first.expected);
}

TEST_F(VerifiedSimulationTest, ALayerThatTheMachineDoesNotComputeIsABrokenInvariant) {
  graph::QuantizedNode extra = graph_.nodes.back();
  extra.name = "extra";
  extra.op = graph::QuantizedLookup{std::vector<std::int8_t>(256)};
  extra.inputs = {static_cast<graph::NodeId>(graph_.nodes.size() - 1)};
  graph_.nodes.push_back(extra);
  EXPECT_THROW(simulate(1), base::InternalError);
  graph_.nodes.pop_back();
  program_.tensors.back().name = "renamed";
  EXPECT_THROW(simulate(1), base::InternalError);
}

}  // namespace
}  // namespace npusim::cli
