// SPDX-License-Identifier: Apache-2.0
#include "frontend/compile/schedule.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <deque>
#include <optional>

#include "tests/support/quantized_graphs.h"
#include "tests/unit/compile/compile_helpers.h"
#include "tests/unit/compile/happens_before.h"
#include "tests/unit/compile/lowered.h"

namespace npusim::compile {
namespace {

using graph::NodeId;
using graph::QuantizedGraph;
using isa::Opcode;
using isa::Unit;

bool is_load(Opcode opcode) {
  return opcode == Opcode::load_activations || opcode == Opcode::load_weights;
}

// Stream position → draft index.
std::vector<std::size_t> order_of(const Schedule& schedule) {
  std::vector<std::size_t> order(schedule.position.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    order.at(static_cast<std::size_t>(schedule.position[i])) = i;
  }
  return order;
}

// Every draft instruction once, its unit's order kept, loads moved up only, `end` last.
void expect_order(const std::vector<DraftInstruction>& draft, const Schedule& schedule) {
  ASSERT_EQ(schedule.instructions.size(), draft.size() + 1);
  ASSERT_EQ(schedule.origins.size(), draft.size() + 1);
  ASSERT_EQ(schedule.instructions.back().opcode, Opcode::end);
  const std::vector<std::size_t> order = order_of(schedule);
  std::array<std::optional<std::size_t>, isa::kUnits> last;
  std::optional<std::size_t> last_work;
  std::vector<bool> seen(draft.size(), false);
  for (std::size_t p = 0; p < order.size(); ++p) {
    const Opcode opcode = draft[order[p]].instruction.opcode;
    ASSERT_EQ(schedule.instructions[p].opcode, opcode);
    ASSERT_EQ(schedule.origins[p].layer, draft[order[p]].origin.layer);
    ASSERT_FALSE(seen[order[p]]);
    seen[order[p]] = true;
    auto& of_unit = last[static_cast<std::size_t>(isa::unit_of(opcode))];
    ASSERT_TRUE(!of_unit || *of_unit < order[p]);
    of_unit = order[p];
    if (is_load(opcode)) {
      ASSERT_TRUE(!last_work || *last_work < order[p]) << "a load moved down";
    } else {
      ASSERT_TRUE(!last_work || *last_work < order[p]);
      last_work = order[p];
    }
  }
}

// The posts of every semaphore in stream order meet its waits in stream order, each before; the
// order that follows covers every conflict, and no wait is one that the unit knows of already.
void expect_semaphores(const std::vector<DraftInstruction>& draft, const Schedule& schedule) {
  const std::vector<std::size_t> order = order_of(schedule);
  ASSERT_LE(schedule.semaphores.size(), static_cast<std::size_t>(isa::kSemaphores));
  std::vector<std::deque<std::size_t>> posts(isa::kSemaphores);
  std::array<std::optional<std::size_t>, isa::kUnits> last;
  HappensBefore known(order.size());
  const std::size_t none = order.size();
  std::size_t open_preload = none;  // its MATMUL comes
  for (std::size_t p = 0; p < order.size(); ++p) {
    const isa::Instruction& instruction = schedule.instructions[p];
    const Unit unit = isa::unit_of(instruction.opcode);
    auto& of_unit = last[static_cast<std::size_t>(unit)];
    if (of_unit) known.order(*of_unit, p);
    of_unit = p;
    if (instruction.opcode == Opcode::preload) open_preload = p;
    if (instruction.opcode == Opcode::matmul) open_preload = none;
    std::vector<std::size_t> awaited;
    for (std::size_t s = 0; s < isa::kSemaphores; ++s) {
      const bool waits = (instruction.wait_mask >> s & 1) != 0;
      const bool posts_it = (instruction.post_mask >> s & 1) != 0;
      if (!waits && !posts_it) continue;
      ASSERT_GE(s, 2U);
      ASSERT_LT(s, schedule.semaphores.size());
      if (waits) {
        ASSERT_EQ(schedule.semaphores[s].waiter, unit);
        ASSERT_FALSE(posts[s].empty()) << "instruction " << p << " waits for a later post";
        awaited.push_back(posts[s].front());
        posts[s].pop_front();
      }
      if (posts_it) {
        ASSERT_EQ(schedule.semaphores[s].poster, unit);
        posts[s].push_back(p);
      }
    }
    std::sort(awaited.rbegin(), awaited.rend());
    for (const std::size_t at : awaited) {
      ASSERT_FALSE(known.is_before(at, p)) << "instruction " << p << " knows of " << at;
      known.order(at, p);
    }
    if (open_preload != none && open_preload != p) {
      ASSERT_FALSE(known.is_before(open_preload, p))
          << "instruction " << p << " keeps back the MATMUL that ends what it waits for";
    }
    for (std::size_t q = 0; q < p; ++q) {
      ASSERT_TRUE(!conflict(draft[order[q]].accesses, draft[order[p]].accesses) ||
                  known.is_before(q, p))
          << "instructions " << q << " and " << p << " race";
    }
    // What was written later must not come earlier where they conflict.
    for (std::size_t q = 0; q < p; ++q) {
      ASSERT_TRUE(order[q] < order[p] ||
                  !conflict(draft[order[q]].accesses, draft[order[p]].accesses));
    }
  }
  for (const auto& left : posts) ASSERT_TRUE(left.empty()) << "a post that nobody waits for";
}

TEST(Schedule, OrderAndSemaphoresOfRandomNetworks) {
  int checked = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const QuantizedGraph graph = test::random_quantized_graph(seed);
    for (const std::int64_t bytes : {256, 1024, 1 << 16}) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", bytes " + std::to_string(bytes));
      std::optional<Lowered> lowered;
      try {
        lowered.emplace(graph, small_machine(8, 8, bytes, 1024));
      } catch (const base::InputError&) {
        continue;
      }
      if (lowered->instructions().size() > 1000) continue;  // all pairs are looked at
      ++checked;
      const Schedule stream = schedule(lowered->lowering.draft());
      expect_order(lowered->instructions(), stream);
      expect_semaphores(lowered->instructions(), stream);
      if (HasFatalFailure()) return;
    }
  }
  EXPECT_GT(checked, 60);
}

isa::Dma transfer(std::uint32_t local, std::uint32_t bytes) {
  isa::Dma dma;
  dma.local_address = local;
  dma.bytes = bytes;
  return dma;
}
isa::Elementwise copy(std::uint32_t from, std::uint32_t to, std::uint32_t bytes) {
  isa::Elementwise e;
  e.operation = isa::ElementwiseOperation::rescale;
  e.pixels = 1;
  e.channels = bytes;
  e.a_address = from;
  e.out_address = to;
  return e;
}

TEST(Schedule, ALoadGoesDirectlyBehindTheLastReaderOfItsPlace) {
  Draft draft;
  draft.load_activations(transfer(0, 10));    // 0
  draft.elementwise(copy(0, 100, 10), 0);     // 1: reads what 4 overwrites
  draft.elementwise(copy(100, 200, 10), 0);   // 2
  draft.elementwise(copy(200, 300, 10), 0);   // 3
  draft.load_activations(transfer(0, 10));    // 4
  draft.load_activations(transfer(500, 10));  // 5: free from the start, but behind 4 of its unit
  const Schedule stream = schedule(draft);
  EXPECT_THAT(stream.position, testing::ElementsAre(0, 1, 4, 5, 2, 3));
}

TEST(Schedule, ALoadWithoutDependenciesComesFirst) {
  Draft draft;
  draft.load_activations(transfer(0, 10));
  draft.elementwise(copy(0, 100, 10), 5);
  isa::Dma weights = transfer(64, 5);
  draft.load_weights(weights);
  EXPECT_THAT(schedule(draft).position, testing::ElementsAre(0, 2, 1));
}

TEST(Schedule, TwelveLoadsOfAUnitRunAheadOfTheirUse) {
  Draft draft;
  for (std::uint32_t i = 0; i < 20; ++i) {
    draft.load_activations(transfer(10 * i, 10));
    draft.elementwise(copy(10 * i, 1000 + 10 * i, 10), 0);
  }
  const std::vector<std::size_t> order = order_of(schedule(draft));
  for (std::size_t p = 0; p < 12; ++p) EXPECT_EQ(order[p], 2 * p);  // loads
  for (std::size_t use = 0; use < 8; ++use) {
    EXPECT_EQ(order[12 + 2 * use], 2 * use + 1);
    EXPECT_EQ(order[12 + 2 * use + 1], 2 * (use + 12));  // the next, behind the use of the first
  }
}

TEST(Schedule, OneTokenForSeveralReadsOfOneLoad) {
  Draft draft;
  draft.load_activations(transfer(0, 10));
  draft.elementwise(copy(0, 100, 5), 0);
  draft.elementwise(copy(5, 105, 5), 0);
  const Schedule stream = schedule(draft);
  ASSERT_EQ(stream.semaphores.size(), 3U);
  EXPECT_EQ(stream.semaphores[2].name, "dma_in_to_vector");
  EXPECT_EQ(stream.semaphores[2].poster, Unit::dma_in);
  EXPECT_EQ(stream.semaphores[2].waiter, Unit::vector);
  EXPECT_EQ(stream.semaphores[2].initial, 0U);
  EXPECT_EQ(stream.instructions[0].post_mask, 4U);
  EXPECT_EQ(stream.instructions[1].wait_mask, 4U);
  EXPECT_EQ(stream.instructions[2].wait_mask, 0U);
}

TEST(Schedule, WhatThePosterWaitedForNeedsNoToken) {
  Draft draft;
  draft.load_activations(transfer(0, 10));
  draft.elementwise(copy(0, 100, 10), 0);
  isa::Requantize requantize;  // overwrites both: after the copy, hence after the load
  requantize.pixels = 1;
  requantize.columns = 110;
  draft.requantize(requantize, 0, 0);
  const Schedule stream = schedule(draft);
  ASSERT_EQ(stream.semaphores.size(), 4U);
  EXPECT_EQ(stream.semaphores[3].name, "vector_to_requantization");
  EXPECT_EQ(stream.instructions[2].wait_mask, 8U);
}

TEST(Schedule, AnEmptyDraftIsOnlyTheEnd) {
  const Schedule stream = schedule(Draft());
  ASSERT_EQ(stream.instructions.size(), 1U);
  EXPECT_EQ(stream.instructions[0].opcode, Opcode::end);
  EXPECT_EQ(stream.semaphores[0].name, "shadow_full");
  EXPECT_EQ(stream.semaphores[1].name, "shadow_free");
  EXPECT_EQ(stream.semaphores[1].initial, 1U);
}

}  // namespace
}  // namespace npusim::compile
