// SPDX-License-Identifier: Apache-2.0
// Content hashes of the inputs and results of the frontend's stages: what caches are keyed by.
//
// Two values with the same hash are taken to be the same; equal values have equal hashes on every
// machine. xxHash (XXH3, 64 bits, seed 0) of all fields in a fixed order, little-endian, every
// string and list with its length before it.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <type_traits>
#include <vector>

#include "frontend/graph/graph.h"
#include "frontend/graph/quantized_graph.h"
#include "frontend/quantize/calibration.h"
#include "frontend/quantize/options.h"

namespace npusim::quantize {

/// A hash over a sequence of values. Reals count by their bits: 0.0 and -0.0 differ.
class ContentHasher {
 public:
  ContentHasher();
  ~ContentHasher();
  ContentHasher(const ContentHasher&) = delete;
  ContentHasher& operator=(const ContentHasher&) = delete;

  /// A number, a bool or an enumerator. Integers count by value, whatever their type.
  template <typename T, typename = std::enable_if_t<std::is_arithmetic_v<T> || std::is_enum_v<T>>>
  ContentHasher& add(T value) {
    if constexpr (std::is_floating_point_v<T>) {
      const auto real = static_cast<double>(value);
      add_bytes(&real, sizeof real);
    } else {
      const auto integer = static_cast<std::int64_t>(value);
      add_bytes(&integer, sizeof integer);
    }
    return *this;
  }
  ContentHasher& add(std::string_view text);

  /// The length and the values as they lie in memory.
  template <typename T>
  ContentHasher& add(const std::vector<T>& values) {
    static_assert(std::is_arithmetic_v<T> && !std::is_same_v<T, bool>);
    add(values.size());
    add_bytes(values.data(), values.size() * sizeof(T));
    return *this;
  }

  std::uint64_t digest() const;

 private:
  void add_bytes(const void* data, std::size_t bytes);
  struct State;
  std::unique_ptr<State> state_;
};

std::uint64_t content_hash(const graph::Graph& graph);
std::uint64_t content_hash(const graph::QuantizedGraph& graph);
std::uint64_t content_hash(const Calibration& calibration);
std::uint64_t content_hash(const QuantizationOptions& options);
std::uint64_t content_hash(const HardwareLimits& limits);

}  // namespace npusim::quantize
