// SPDX-License-Identifier: Apache-2.0
#include "frontend/execute/layer_plan.h"

#include <gtest/gtest.h>

#include <vector>

namespace npusim::execute {
namespace {

TEST(BufferPlanTest, AChainNeedsTwoBuffers) {
  const BufferPlan plan = plan_buffers({{}, {0}, {1}, {2}, {3}}, {100, 40, 10, 30, 20}, {4}, {0});
  EXPECT_EQ(plan.buffer_of_node, (std::vector<std::int32_t>{-1, 0, 1, 0, 1}));
  EXPECT_EQ(plan.buffer_elements, (std::vector<std::int64_t>{40, 20}));
}

TEST(BufferPlanTest, AResidualKeepsItsTensorUntilTheAdd) {
  // 1 is read again by 4.
  const BufferPlan plan = plan_buffers({{}, {0}, {1}, {2}, {1, 3}}, {8, 8, 8, 8, 8}, {4}, {0});
  EXPECT_EQ(plan.buffer_of_node, (std::vector<std::int32_t>{-1, 0, 1, 2, 1}));
}

TEST(BufferPlanTest, OutputsAreNeverGivenAway) {
  const BufferPlan plan = plan_buffers({{}, {0}, {1}, {2}}, {8, 8, 8, 8}, {1, 3}, {0});
  EXPECT_EQ(plan.buffer_of_node, (std::vector<std::int32_t>{-1, 0, 1, 2}));
}

TEST(BufferPlanTest, ATensorNobodyReadsDoesNotHoldABuffer) {
  const BufferPlan plan = plan_buffers({{}, {0}, {0}, {2}}, {8, 8, 8, 8}, {3}, {0});
  EXPECT_EQ(plan.buffer_of_node, (std::vector<std::int32_t>{-1, 0, 0, 1}));
}

}  // namespace
}  // namespace npusim::execute
