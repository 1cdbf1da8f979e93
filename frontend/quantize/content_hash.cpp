// SPDX-License-Identifier: Apache-2.0
#include "frontend/quantize/content_hash.h"

#include <xxhash.h>

#include <new>
#include <optional>
#include <variant>

namespace npusim::quantize {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "hashes are of little-endian values");

struct ContentHasher::State {
  XXH3_state_t* xxh = XXH3_createState();
  State() {
    if (xxh == nullptr) throw std::bad_alloc();
    XXH3_64bits_reset(xxh);
  }
  ~State() { XXH3_freeState(xxh); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

ContentHasher::ContentHasher() : state_(std::make_unique<State>()) {}
ContentHasher::~ContentHasher() = default;

ContentHasher& ContentHasher::add(std::string_view text) {
  add(text.size());
  add_bytes(text.data(), text.size());
  return *this;
}

void ContentHasher::add_bytes(const void* data, std::size_t bytes) {
  if (bytes > 0) XXH3_64bits_update(state_->xxh, data, bytes);
}

std::uint64_t ContentHasher::digest() const { return XXH3_64bits_digest(state_->xxh); }

namespace {

// One overload per type, every field in the order of its declaration.

void put(ContentHasher& h, const graph::Shape& s) { h.add(s.height).add(s.width).add(s.channels); }

void put(ContentHasher& h, const graph::Window& w) {
  h.add(w.kernel_h).add(w.kernel_w).add(w.stride_h).add(w.stride_w);
  h.add(w.dilation_h).add(w.dilation_w);
  h.add(w.pad_top).add(w.pad_left).add(w.pad_bottom).add(w.pad_right);
}

void put(ContentHasher& h, const graph::FixedPoint& f) { h.add(f.multiplier).add(f.shift); }

void put(ContentHasher& h, const std::vector<graph::FixedPoint>& list) {
  h.add(list.size());
  for (const graph::FixedPoint& f : list) put(h, f);
}

void put(ContentHasher&, const graph::Input&) {}
void put(ContentHasher&, const graph::Clamp&) {}
void put(ContentHasher&, const graph::Add&) {}
void put(ContentHasher&, const graph::Mul&) {}
void put(ContentHasher&, const graph::Concat&) {}

void put(ContentHasher& h, const graph::TensorQuantization& q) { h.add(q.scale).add(q.zero_point); }

void put(ContentHasher& h, const graph::GivenWeights& g) {
  h.add(g.codes_ohwi).add(g.scales).add(g.zero_point).add(g.bias_codes).add(g.bias_scales);
}

template <typename Value>
void put(ContentHasher& h, const std::optional<Value>& value) {
  h.add(value.has_value());
  if (value) put(h, *value);
}

void put(ContentHasher& h, const graph::Conv& c) {
  h.add(c.kind);
  put(h, c.window);
  h.add(c.groups).add(c.out_channels).add(c.in_channels).add(c.weights_ohwi).add(c.bias);
  put(h, c.given);
}

void put(ContentHasher& h, const graph::BatchNorm& b) {
  h.add(b.gamma).add(b.beta).add(b.mean).add(b.variance).add(b.epsilon);
}

void put(ContentHasher& h, const graph::Pad& p) {
  h.add(p.top).add(p.left).add(p.bottom).add(p.right).add(p.value);
}

void put(ContentHasher& h, const graph::Pool& p) {
  h.add(p.kind);
  put(h, p.window);
  h.add(p.count_include_pad);
}

void put(ContentHasher& h, const graph::Lookup& l) { h.add(l.function).add(l.alpha).add(l.beta); }

void put(ContentHasher& h, const graph::QuantizedConv& c) {
  h.add(c.kind);
  put(h, c.window);
  h.add(c.groups).add(c.out_channels).add(c.in_channels).add(c.weights_ohwi);
  h.add(c.weight_bits).add(c.weight_zero_point).add(c.bias);
  put(h, c.requantization.scales);
  h.add(c.requantization.channel_shifts).add(c.requantization.field_bits).add(c.weight_scales);
}

void put(ContentHasher& h, const graph::QuantizedAdd& a) {
  h.add(a.multiplier_a).add(a.multiplier_b).add(a.shift);
}

void put(ContentHasher& h, const graph::QuantizedMul& m) { put(h, m.scale); }
void put(ContentHasher& h, const graph::QuantizedConcat& c) { put(h, c.scales); }

void put(ContentHasher& h, const graph::QuantizedPool& p) {
  h.add(p.kind);
  put(h, p.window);
  h.add(p.count_include_pad).add(p.scales.size());
  for (const graph::DivisorScale& s : p.scales) {
    h.add(s.divisor);
    put(h, s.scale);
  }
}

void put(ContentHasher& h, const graph::QuantizedLookup& l) { h.add(l.table); }

template <typename Value>
void put_optional(ContentHasher& h, const std::optional<Value>& value) {
  h.add(value.has_value());
  if (value) h.add(*value);
}

// What float and integer nodes have in common.
template <typename Node>
void put_node(ContentHasher& h, const Node& node) {
  h.add(node.name).add(node.op.index());
  std::visit([&](const auto& op) { put(h, op); }, node.op);
  h.add(node.inputs);
  put(h, node.shape);
}

}  // namespace

std::uint64_t content_hash(const graph::Graph& graph) {
  ContentHasher h;
  h.add("graph").add(graph.name).add(graph.nodes.size());
  for (const graph::Node& node : graph.nodes) {
    put_node(h, node);
    h.add(node.activation.low).add(node.activation.high);
    put(h, node.given);
    if (node.channel_activations.empty()) continue;
    h.add(node.channel_activations.size());
    for (const graph::Activation& own : node.channel_activations) h.add(own.low).add(own.high);
  }
  return h.add(graph.outputs).digest();
}

std::uint64_t content_hash(const graph::QuantizedGraph& graph) {
  ContentHasher h;
  h.add("quantized_graph").add(graph.name).add(graph.scheme).add(graph.multiplier_bits);
  h.add(graph.shift_before_multiply);
  // A guaranteed accumulator computes the same whatever its width.
  const graph::Accumulator& accumulator = graph.accumulator;
  if (accumulator.overflow != graph::Overflow::guaranteed) {
    h.add("accumulator").add(accumulator.overflow).add(accumulator.bits);
  }
  h.add(graph.nodes.size());
  for (const graph::QuantizedNode& node : graph.nodes) {
    put_node(h, node);
    put(h, node.quantization);
    h.add(node.clamps.low).add(node.clamps.high);
    if (!node.channel_clamps.empty()) h.add(node.channel_clamps.size());
    for (const graph::Clamps& own : node.channel_clamps) h.add(own.low).add(own.high);
    // As if it were not there where all is as wide as a byte: such networks keep their hashes.
    if (node.activation_bits != kMostBits) h.add(node.activation_bits);
  }
  return h.add(graph.outputs).digest();
}

std::uint64_t content_hash(const Calibration& calibration) {
  ContentHasher h;
  h.add("calibration").add(calibration.method).add(calibration.images);
  h.add(calibration.tensors.size());
  for (const TensorCalibration& tensor : calibration.tensors) {
    h.add(tensor.low).add(tensor.high).add(tensor.channel_mean);
  }
  return h.digest();
}

std::uint64_t content_hash(const QuantizationOptions& options) {
  const SchemeOptions& scheme = options.layers.scheme;
  ContentHasher h;
  h.add("quantization_options").add(scheme.scheme).add(scheme.field_bits).add(scheme.rule);
  h.add(scheme.symmetric).add(options.layers.weight_bits).add(options.layers.activation_bits);
  h.add(options.bias_correction).add(options.overrides.size());
  for (const LayerOverride& entry : options.overrides) {
    h.add(entry.match);
    put_optional(h, entry.scheme);
    put_optional(h, entry.field_bits);
    put_optional(h, entry.rule);
    put_optional(h, entry.symmetric);
    put_optional(h, entry.weight_bits);
    put_optional(h, entry.activation_bits);
  }
  return h.digest();
}

std::uint64_t content_hash(const HardwareLimits& limits) {
  ContentHasher h;
  h.add("hardware_limits").add(limits.accumulator_bits).add(limits.multiplier_bits);
  h.add(limits.field_bits).add(limits.shift_before_multiply);
  return h.add(limits.overflow).digest();
}

}  // namespace npusim::quantize
