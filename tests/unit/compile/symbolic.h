// SPDX-License-Identifier: Apache-2.0
// Networks evaluated on symbols: a value is the hash of the expression that makes it. Two values
// are equal only if they come from the same weights, parameters and inputs in the same order, so
// one misplaced byte shows, whatever the arithmetic would have made of it.
#pragma once

#include <cstdint>
#include <vector>

#include "frontend/graph/quantized_graph.h"
#include "sim/isa/program.h"

namespace npusim::compile {

using Symbol = std::uint64_t;

/// Ordered combination.
inline Symbol mix(Symbol a, Symbol b) {
  Symbol x = (a ^ 0x9E3779B97F4A7C15ULL) * 0xBF58476D1CE4E5B9ULL + b;
  x = (x ^ (x >> 29)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 32);
}
template <typename... More>
Symbol mix(Symbol a, Symbol b, More... more) {
  return mix(mix(a, b), static_cast<Symbol>(more)...);
}

inline Symbol input_symbol(std::size_t node, std::size_t element) {
  return mix(0x1001, node, element);
}
/// What a tap in the padding reads.
inline Symbol padding_symbol(std::int32_t zero_point) {
  return mix(0x1002, static_cast<Symbol>(static_cast<std::int64_t>(zero_point)));
}
inline Symbol number(std::int64_t value) { return static_cast<Symbol>(value); }

/// The symbols of every tensor of the network: [node][element in NHWC order].
std::vector<std::vector<Symbol>> evaluate(const graph::QuantizedGraph& graph);

/// The symbols of every tensor of the Program, read where and when it says that they are complete.
/// The units execute in an order drawn from the seed, out of all that program order per unit, the
/// semaphores and in-order dispatch into short queues allow; a PRELOAD ends only while its MATMUL
/// runs. Seed 0: in stream order. Throws std::runtime_error where nothing can go on.
std::vector<std::vector<Symbol>> execute(const isa::Program& program, std::uint64_t seed);

}  // namespace npusim::compile
