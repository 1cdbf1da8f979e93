// SPDX-License-Identifier: Apache-2.0
#include "frontend/execute/integer_layers.h"

#include <array>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "sim/arith/elementwise.h"
#include "sim/arith/vector_rows.h"

namespace npusim::execute {
namespace {

using IntegerLayerPointer = std::unique_ptr<const Layer<std::int8_t>>;
using Table = std::array<std::int8_t, 256>;

std::int32_t zero_point_of(const graph::QuantizedGraph& graph, const graph::QuantizedNode& node,
                           std::size_t input) {
  return graph.node(node.inputs[input]).quantization.zero_point;
}

class IntegerAdd : public Layer<std::int8_t> {
 public:
  IntegerAdd(const graph::QuantizedGraph& graph, const graph::QuantizedNode& node,
             const graph::QuantizedAdd& add)
      : zero_a_(zero_point_of(graph, node, 0)),
        zero_b_(zero_point_of(graph, node, 1)),
        scale_{add.multiplier_a, add.multiplier_b, add.shift},
        output_(output_code(node)),
        elements_(node.shape.elements()) {}

  void run(const std::int8_t* const* inputs, std::int8_t* out,
           Scratch<std::int8_t>& /*scratch*/) const override {
    arith::add_elements(inputs[0], zero_a_, inputs[1], zero_b_, scale_, output_, elements_, out);
  }

 private:
  std::int32_t zero_a_, zero_b_;
  arith::AddScale scale_;
  arith::OutputCode output_;
  std::int64_t elements_;
};

// The products are accumulators, requantized row by row with the layer's one scale.
class IntegerMul : public Layer<std::int8_t> {
 public:
  IntegerMul(const graph::QuantizedGraph& graph, const graph::QuantizedNode& node,
             const graph::QuantizedMul& mul)
      : zero_a_(zero_point_of(graph, node, 0)),
        zero_b_(zero_point_of(graph, node, 1)),
        shape_(node.shape),
        broadcast_(graph.node(node.inputs[1]).shape != node.shape) {
    const arith::FixedPoint scale = fixed_point(mul.scale);
    table_.set(&scale, 1, nullptr, shape_.channels, output_code(node));
  }

  void run(const std::int8_t* const* inputs, std::int8_t* out,
           Scratch<std::int8_t>& scratch) const override {
    const std::int64_t channels = shape_.channels;
    std::int32_t* products = grown(scratch.accumulators, channels);
    for (std::int64_t i = 0; i < shape_.elements(); i += channels) {
      const std::int8_t* a = inputs[0] + i;
      const std::int8_t* b = broadcast_ ? inputs[1] : inputs[1] + i;
      for (std::int64_t c = 0; c < channels; ++c) products[c] = (a[c] - zero_a_) * (b[c] - zero_b_);
      arith::requantize_rows(products, channels, 1, table_, out + i, channels);
    }
  }

 private:
  std::int32_t zero_a_, zero_b_;
  graph::Shape shape_;
  bool broadcast_;
  arith::RequantizationTable table_;
};

// A function of one code is a table of 256: lookups, and each input of a concatenation.
class IntegerTables : public Layer<std::int8_t> {
 public:
  IntegerTables(const graph::QuantizedGraph& graph, const graph::QuantizedNode& node,
                std::vector<Table> tables)
      : pixels_(node.shape.height * node.shape.width), tables_(std::move(tables)) {
    for (const graph::NodeId id : node.inputs) channels_.push_back(graph.node(id).shape.channels);
  }

  void run(const std::int8_t* const* inputs, std::int8_t* out,
           Scratch<std::int8_t>& /*scratch*/) const override {
    for (std::int64_t pixel = 0; pixel < pixels_; ++pixel) {
      for (std::size_t i = 0; i < channels_.size(); ++i) {
        const std::int8_t* from = inputs[i] + pixel * channels_[i];
        const Table& table = tables_[i];
        for (std::int64_t c = 0; c < channels_[i]; ++c) {
          *out++ = table[static_cast<std::size_t>(arith::table_index(from[c]))];
        }
      }
    }
  }

 private:
  std::int64_t pixels_;
  std::vector<std::int64_t> channels_;
  std::vector<Table> tables_;  // one per input
};

std::vector<Table> concat_tables(const graph::QuantizedGraph& graph,
                                 const graph::QuantizedNode& node,
                                 const graph::QuantizedConcat& concat) {
  const arith::OutputCode o = output_code(node);
  std::vector<Table> tables(node.inputs.size());
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const graph::FixedPoint& scale = concat.scales.at(i);
    const std::int32_t zero_point = zero_point_of(graph, node, i);
    for (int code = -128; code <= 127; ++code) {
      const auto q = static_cast<std::int8_t>(code);
      tables[i][static_cast<std::size_t>(arith::table_index(q))] = arith::rescale_code(
          q, zero_point, scale.multiplier, scale.shift, o.zero_point, o.low, o.high);
    }
  }
  return tables;
}

Table lookup_table(const graph::QuantizedNode& node, const graph::QuantizedLookup& lookup) {
  Table table{};
  if (lookup.table.size() != table.size()) {
    throw base::InternalError("node '" + node.name + "': lookup table: got " +
                              std::to_string(lookup.table.size()) + " entries, must be 256");
  }
  std::memcpy(table.data(), lookup.table.data(), table.size());
  return table;
}

struct IntegerLayerMaker {
  const graph::QuantizedGraph& graph;
  const graph::QuantizedNode& node;

  IntegerLayerPointer operator()(const graph::Input&) const {
    throw base::InternalError("node '" + node.name + "': an input has no layer");
  }
  IntegerLayerPointer operator()(const graph::QuantizedConv&) const {
    return make_integer_conv(graph, node);
  }
  IntegerLayerPointer operator()(const graph::QuantizedPool&) const {
    return make_integer_pool(graph, node);
  }
  IntegerLayerPointer operator()(const graph::QuantizedAdd& add) const {
    return std::make_unique<IntegerAdd>(graph, node, add);
  }
  IntegerLayerPointer operator()(const graph::QuantizedMul& mul) const {
    return std::make_unique<IntegerMul>(graph, node, mul);
  }
  IntegerLayerPointer operator()(const graph::QuantizedConcat& concat) const {
    return std::make_unique<IntegerTables>(graph, node, concat_tables(graph, node, concat));
  }
  IntegerLayerPointer operator()(const graph::QuantizedLookup& lookup) const {
    return std::make_unique<IntegerTables>(graph, node,
                                           std::vector<Table>{lookup_table(node, lookup)});
  }
};

}  // namespace

IntegerLayerPointer make_integer_layer(const graph::QuantizedGraph& graph, graph::NodeId id) {
  return make_integer_layer(graph, graph.node(id));
}

IntegerLayerPointer make_integer_layer(const graph::QuantizedGraph& graph,
                                       const graph::QuantizedNode& node) {
  return std::visit(IntegerLayerMaker{graph, node}, node.op);
}

}  // namespace npusim::execute
