// SPDX-License-Identifier: Apache-2.0
#include "frontend/quantize/content_hash.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "frontend/quantize/quantize.h"
#include "tests/unit/quantize/small_graph.h"

namespace npusim::quantize {
namespace {

using test::small_calibration;
using test::small_graph;

// Every change gives a hash that no other has.
template <typename T>
void expect_all_differ(const T& original, const std::vector<std::function<void(T&)>>& changes) {
  EXPECT_EQ(content_hash(original), content_hash(T(original)));
  std::set<std::uint64_t> hashes = {content_hash(original)};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    T changed = original;
    changes[i](changed);
    EXPECT_TRUE(hashes.insert(content_hash(changed)).second) << "change " << i;
  }
}

TEST(ContentHashTest, EveryFieldOfTheFloatGraphCounts) {
  using graph::Graph;
  const auto conv = [](Graph& g) -> graph::Conv& { return std::get<graph::Conv>(g.nodes[1].op); };
  expect_all_differ<Graph>(
      small_graph(),
      {[](Graph& g) { g.name += "x"; }, [](Graph& g) { g.outputs = {8}; },
       [](Graph& g) { g.nodes.pop_back(); }, [](Graph& g) { g.nodes[1].name = "second"; },
       [](Graph& g) {
         g.nodes[4].inputs = {2, 3};
       },
       [](Graph& g) { g.nodes[1].shape.width = 7; },
       [](Graph& g) { g.nodes[1].activation.low = -0.0; },
       [](Graph& g) { g.nodes[1].activation.high = 5; },
       [](Graph& g) { g.nodes[4].op = graph::Concat{}; },
       [&](Graph& g) { conv(g).weights_ohwi[5] += 0x1p-20F; },
       [&](Graph& g) { conv(g).bias[1] = -conv(g).bias[1]; },
       [&](Graph& g) { conv(g).window.pad_right = 0; },
       [&](Graph& g) { conv(g).window.dilation_w = 2; }, [&](Graph& g) { conv(g).groups = 2; },
       [](Graph& g) { std::get<graph::Pool>(g.nodes[8].op).count_include_pad = true; },
       [](Graph& g) { std::get<graph::Lookup>(g.nodes[5].op).alpha = 1; }});
}

TEST(ContentHashTest, EveryFieldOfTheIntegerGraphCounts) {
  using graph::QuantizedGraph;
  const auto conv = [](QuantizedGraph& g) -> graph::QuantizedConv& {
    return std::get<graph::QuantizedConv>(g.nodes[1].op);
  };
  expect_all_differ<QuantizedGraph>(
      quantize_graph(small_graph(), small_calibration(), {}, {}).graph,
      {[](QuantizedGraph& g) { g.shift_before_multiply = true; },
       [](QuantizedGraph& g) { g.accumulator.overflow = graph::Overflow::saturate; },
       [](QuantizedGraph& g) { g.accumulator.overflow = graph::Overflow::wrap; },
       [](QuantizedGraph& g) {
         g.accumulator = {20, graph::Overflow::wrap};
       },
       [](QuantizedGraph& g) { g.scheme = "per_layer"; },
       [](QuantizedGraph& g) { g.multiplier_bits = 15; },
       [](QuantizedGraph& g) { g.nodes[1].quantization.scale *= 2; },
       [](QuantizedGraph& g) { ++g.nodes[1].quantization.zero_point; },
       [](QuantizedGraph& g) { ++g.nodes[1].clamps.low; },
       [](QuantizedGraph& g) { --g.nodes[1].clamps.high; },
       [&](QuantizedGraph& g) { conv(g).weights_ohwi[3] ^= 1; },
       [&](QuantizedGraph& g) { ++conv(g).bias[2]; },
       [&](QuantizedGraph& g) { conv(g).weight_bits = 4; },
       [&](QuantizedGraph& g) { conv(g).weight_zero_point = 4; },
       [&](QuantizedGraph& g) { conv(g).requantization.channel_shifts[0] ^= 1; },
       [&](QuantizedGraph& g) { conv(g).requantization.field_bits = 3; },
       [&](QuantizedGraph& g) { ++conv(g).requantization.scales[0].multiplier; },
       [&](QuantizedGraph& g) { ++conv(g).requantization.scales[0].shift; },
       [&](QuantizedGraph& g) { conv(g).weight_scales[0] *= 2; },
       [](QuantizedGraph& g) { ++std::get<graph::QuantizedAdd>(g.nodes[4].op).multiplier_b; },
       [](QuantizedGraph& g) { std::get<graph::QuantizedLookup>(g.nodes[5].op).table[9] ^= 1; },
       [](QuantizedGraph& g) { ++std::get<graph::QuantizedMul>(g.nodes[6].op).scale.shift; },
       [](QuantizedGraph& g) { ++std::get<graph::QuantizedConcat>(g.nodes[7].op).scales[1].shift; },
       [](QuantizedGraph& g) {
         ++std::get<graph::QuantizedPool>(g.nodes[8].op).scales[0].divisor;
       }});
}

TEST(ContentHashTest, CalibrationAndOptions) {
  expect_all_differ<Calibration>(
      small_calibration(),
      {[](Calibration& c) { c.method = "mse"; }, [](Calibration& c) { c.images = 2; },
       [](Calibration& c) { c.tensors[3].low = -9; }, [](Calibration& c) { c.tensors[3].high = 9; },
       [](Calibration& c) { c.tensors[3].channel_mean[1] = 9; },
       [](Calibration& c) { c.tensors.pop_back(); }});
  expect_all_differ<QuantizationOptions>(
      {}, {[](QuantizationOptions& o) { o.bias_correction = false; },
           [](QuantizationOptions& o) { o.layers.weight_bits = 4; },
           [](QuantizationOptions& o) { o.layers.activation_bits = 4; },
           [](QuantizationOptions& o) { o.overrides.emplace_back(); },
           [](QuantizationOptions& o) { o.overrides.emplace_back().match = "a"; },
           [](QuantizationOptions& o) { o.overrides.emplace_back().scheme = ""; },
           [](QuantizationOptions& o) { o.overrides.emplace_back().field_bits = 4; },
           [](QuantizationOptions& o) { o.overrides.emplace_back().rule = ShiftRule::floor; },
           [](QuantizationOptions& o) { o.overrides.emplace_back().weight_bits = 4; },
           [](QuantizationOptions& o) { o.overrides.emplace_back().activation_bits = 4; },
           [](QuantizationOptions& o) { o.layers.scheme.scheme = "per_layer"; },
           [](QuantizationOptions& o) { o.layers.scheme.field_bits = 3; },
           [](QuantizationOptions& o) { o.layers.scheme.symmetric = false; },
           [](QuantizationOptions& o) { o.layers.scheme.rule = ShiftRule::octave; }});
  expect_all_differ<HardwareLimits>({},
                                    {[](HardwareLimits& l) { l.accumulator_bits = 20; },
                                     [](HardwareLimits& l) { l.multiplier_bits = 15; },
                                     [](HardwareLimits& l) { l.field_bits = 3; },
                                     [](HardwareLimits& l) { l.overflow = graph::Overflow::wrap; },
                                     [](HardwareLimits& l) { l.shift_before_multiply = true; }});
}

// Lengths stand before contents, so that no value can move from one list to the next.
TEST(ContentHashTest, ListsDoNotRunIntoEachOther) {
  const auto hash = [](const std::vector<int>& a, const std::vector<int>& b) {
    return ContentHasher().add(a).add(b).digest();
  };
  EXPECT_NE(hash({1, 2}, {3}), hash({1}, {2, 3}));
  EXPECT_NE(ContentHasher().add("ab").add("c").digest(),
            ContentHasher().add("a").add("bc").digest());
}

// XXH3 of eight zero bytes, from the reference implementation of xxHash.
TEST(ContentHashTest, IsXxh3) { EXPECT_EQ(ContentHasher().add(0).digest(), 0xc77b3abb6f87acd9U); }

}  // namespace
}  // namespace npusim::quantize
