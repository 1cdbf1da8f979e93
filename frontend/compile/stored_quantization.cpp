// SPDX-License-Identifier: Apache-2.0
#include "frontend/compile/stored_quantization.h"

#include <cereal/types/string.hpp>
#include <cereal/types/variant.hpp>
#include <cereal/types/vector.hpp>

#include "sim/cache/archive.h"

namespace npusim {
namespace graph {

template <typename Archive>
void serialize(Archive& archive, Shape& shape) {
  archive(shape.height, shape.width, shape.channels);
}

template <typename Archive>
void serialize(Archive& archive, Window& w) {
  archive(w.kernel_h, w.kernel_w, w.stride_h, w.stride_w, w.dilation_h, w.dilation_w);
  archive(w.pad_top, w.pad_left, w.pad_bottom, w.pad_right);
}

template <typename Archive>
void serialize(Archive& archive, FixedPoint& scale) {
  archive(scale.multiplier, scale.shift);
}

template <typename Archive>
void serialize(Archive& archive, Clamps& clamps) {
  archive(clamps.low, clamps.high);
}

template <typename Archive>
void serialize(Archive& archive, Requantization& requantization) {
  archive(requantization.scales, requantization.channel_shifts, requantization.field_bits);
}

template <typename Archive>
void serialize(Archive&, Input&) {}

template <typename Archive>
void serialize(Archive& archive, QuantizedConv& c) {
  archive(c.kind, c.window, c.groups, c.out_channels, c.in_channels, c.weights_ohwi, c.weight_bits);
  archive(c.weight_zero_point, c.bias, c.safe_accumulator_bits, c.requantization, c.weight_scales);
}

template <typename Archive>
void serialize(Archive& archive, QuantizedAdd& add) {
  archive(add.multiplier_a, add.multiplier_b, add.shift);
}

template <typename Archive>
void serialize(Archive& archive, QuantizedMul& mul) {
  archive(mul.scale);
}

template <typename Archive>
void serialize(Archive& archive, QuantizedConcat& concat) {
  archive(concat.scales);
}

template <typename Archive>
void serialize(Archive& archive, DivisorScale& scale) {
  archive(scale.divisor, scale.scale);
}

template <typename Archive>
void serialize(Archive& archive, QuantizedPool& pool) {
  archive(pool.kind, pool.window, pool.count_include_pad, pool.scales);
}

template <typename Archive>
void serialize(Archive& archive, QuantizedLookup& lookup) {
  archive(lookup.table);
}

template <typename Archive>
void serialize(Archive& archive, TensorQuantization& tensor) {
  archive(tensor.scale, tensor.zero_point);
}

template <typename Archive>
void serialize(Archive& archive, QuantizedNode& node) {
  archive(node.name, node.op, node.inputs, node.shape, node.quantization, node.clamps);
  archive(node.activation_bits, node.channel_clamps);
}

template <typename Archive>
void serialize(Archive& archive, Accumulator& accumulator) {
  archive(accumulator.bits, accumulator.overflow);
}

template <typename Archive>
void serialize(Archive& archive, QuantizedGraph& graph) {
  archive(graph.name, graph.scheme, graph.multiplier_bits, graph.shift_before_multiply);
  archive(graph.accumulator, graph.nodes, graph.outputs);
}

}  // namespace graph

namespace quantize {

template <typename Archive>
void serialize(Archive& archive, LayerSummary& layer) {
  archive(layer.node, layer.safe_accumulator_bits, layer.dead_channels, layer.coarsened_channels);
}

template <typename Archive>
void serialize(Archive& archive, QuantizationSummary& summary) {
  archive(summary.layers, summary.safe_accumulator_bits);
}

template <typename Archive>
void serialize(Archive& archive, Quantization& quantization) {
  archive(quantization.graph, quantization.summary);
}

}  // namespace quantize

namespace compile {

std::string to_bytes(const quantize::Quantization& quantization) {
  return cache::to_bytes(quantization);
}

std::optional<quantize::Quantization> quantization_from_bytes(std::string_view bytes) {
  return cache::from_bytes<quantize::Quantization>(bytes);
}

}  // namespace compile
}  // namespace npusim
