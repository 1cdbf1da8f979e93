// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "frontend/execute/integer_layers.h"
#include "frontend/execute/pool_cells.h"
#include "sim/arith/vector_rows.h"

namespace npusim::execute {
namespace {

class MaxPool : public Layer<std::int8_t> {
 public:
  MaxPool(const Geometry& geometry, const graph::Clamps& clamps)
      : geometry_(geometry), clamps_(clamps) {}

  void run(const std::int8_t* const* inputs, std::int8_t* out,
           Scratch<std::int8_t>& scratch) const override {
    const std::int8_t** cells = grown(scratch.taps, geometry_.taps());
    const std::int64_t channels = geometry_.out.channels;
    for (std::int64_t pixel = 0; pixel < geometry_.pixels(); ++pixel, out += channels) {
      const std::int64_t count = real_cells(inputs[0], geometry_, pixel, cells);
      arith::max_cells(cells, count, clamps_.low, clamps_.high, channels, out);
    }
  }

 private:
  Geometry geometry_;
  graph::Clamps clamps_;
};

// Rule 11: the sum of the real cells is an accumulator, requantized with its divisor's scale.
class AveragePool : public Layer<std::int8_t> {
 public:
  AveragePool(const graph::QuantizedNode& node, const graph::QuantizedPool& pool,
              const Geometry& geometry, std::int32_t input_zero_point)
      : geometry_(geometry),
        count_include_pad_(pool.count_include_pad),
        input_zero_point_(input_zero_point) {
    for (const graph::DivisorScale& entry : pool.scales) {
      const arith::FixedPoint scale = fixed_point(entry.scale);
      tables_[entry.divisor].set(&scale, 1, nullptr, geometry.out.channels, output_code(node));
    }
    check_divisors(node.name);
  }

  void run(const std::int8_t* const* inputs, std::int8_t* out,
           Scratch<std::int8_t>& scratch) const override {
    const std::int64_t channels = geometry_.out.channels;
    const std::int8_t** cells = grown(scratch.taps, geometry_.taps());
    std::int32_t* sums = grown(scratch.accumulators, channels);
    for (std::int64_t pixel = 0; pixel < geometry_.pixels(); ++pixel, out += channels) {
      const std::int64_t count = real_cells(inputs[0], geometry_, pixel, cells);
      arith::sum_cells(cells, count, input_zero_point_, channels, sums);
      arith::requantize_rows(sums, channels, 1, tables_.at(divisor(count)), out, channels);
    }
  }

 private:
  std::int64_t divisor(std::int64_t count) const {
    return count_include_pad_ ? geometry_.taps() : count;
  }

  void check_divisors(const std::string& name) const {
    std::vector<const std::int8_t*> cells(static_cast<std::size_t>(geometry_.taps()));
    const std::vector<std::int8_t> map(static_cast<std::size_t>(geometry_.in.elements()));
    for (std::int64_t pixel = 0; pixel < geometry_.pixels(); ++pixel) {
      const std::int64_t needed = divisor(real_cells(map.data(), geometry_, pixel, cells.data()));
      if (tables_.count(needed) == 0) {
        throw base::InternalError("node '" + name + "': average pooling has no scale for divisor " +
                                  std::to_string(needed));
      }
    }
  }

  Geometry geometry_;
  bool count_include_pad_;
  std::int32_t input_zero_point_;
  std::map<std::int64_t, arith::RequantizationTable> tables_;  // by divisor
};

}  // namespace

std::unique_ptr<const Layer<std::int8_t>> make_integer_pool(const graph::QuantizedGraph& graph,
                                                            const graph::QuantizedNode& node) {
  const auto& pool = std::get<graph::QuantizedPool>(node.op);
  const graph::QuantizedNode& input = graph.node(node.inputs[0]);
  const Geometry geometry{input.shape, node.shape, pool.window};
  if (pool.kind == graph::PoolKind::max) return std::make_unique<MaxPool>(geometry, node.clamps);
  return std::make_unique<AveragePool>(node, pool, geometry, input.quantization.zero_point);
}

}  // namespace npusim::execute
