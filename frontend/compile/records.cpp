// SPDX-License-Identifier: Apache-2.0
#include "frontend/compile/records.h"

#include <string>

#include "sim/base/errors.h"
#include "sim/base/math.h"

namespace npusim::compile {

void append_int32(Bytes& bytes, std::int32_t value) {
  const auto bits = static_cast<std::uint32_t>(value);
  for (int shift = 0; shift < 32; shift += 8)
    bytes.push_back(static_cast<std::uint8_t>(bits >> shift));
}

void append_scale(Bytes& bytes, const graph::FixedPoint& s) {
  append_int32(bytes, s.multiplier);
  bytes.push_back(static_cast<std::uint8_t>(s.shift));
}

Bytes pack_channel_shifts(const graph::Requantization& requantization, std::int64_t begin,
                          std::int64_t end) {
  const std::int64_t bits = requantization.field_bits;
  Bytes packed(static_cast<std::size_t>(base::ceil_div<std::int64_t>((end - begin) * bits, 8)), 0);
  for (std::int64_t c = begin; bits > 0 && c < end; ++c) {
    const std::uint8_t shift = requantization.channel_shifts[static_cast<std::size_t>(c)];
    for (std::int64_t b = 0; b < bits; ++b) {
      const std::int64_t at = (c - begin) * bits + b;
      if ((shift >> b) & 1)
        packed[static_cast<std::size_t>(at / 8)] |= static_cast<std::uint8_t>(1 << (at % 8));
    }
  }
  return packed;
}

std::size_t record_count(const graph::QuantizedNode& node) {
  if (const auto* concat = std::get_if<graph::QuantizedConcat>(&node.op))
    return concat->scales.size();
  if (const auto* pool = std::get_if<graph::QuantizedPool>(&node.op)) {
    return pool->kind == graph::PoolKind::average ? 1 : 0;
  }
  const bool has_record = std::holds_alternative<graph::QuantizedAdd>(node.op) ||
                          std::holds_alternative<graph::QuantizedMul>(node.op) ||
                          std::holds_alternative<graph::QuantizedLookup>(node.op);
  return has_record ? 1 : 0;
}

Bytes vector_record(const graph::QuantizedNode& node, std::size_t index) {
  Bytes bytes;
  if (const auto* add = std::get_if<graph::QuantizedAdd>(&node.op)) {
    append_int32(bytes, add->multiplier_a);
    append_int32(bytes, add->multiplier_b);
    bytes.push_back(static_cast<std::uint8_t>(add->shift));
  } else if (const auto* mul = std::get_if<graph::QuantizedMul>(&node.op)) {
    append_scale(bytes, mul->scale);
  } else if (const auto* concat = std::get_if<graph::QuantizedConcat>(&node.op)) {
    append_scale(bytes, concat->scales.at(index));
  } else if (const auto* lookup = std::get_if<graph::QuantizedLookup>(&node.op)) {
    for (const std::int8_t code : lookup->table) bytes.push_back(static_cast<std::uint8_t>(code));
  } else if (const auto* pool = std::get_if<graph::QuantizedPool>(&node.op)) {
    if (pool->scales.empty() || pool->scales.size() > 255) {
      throw base::InputError("layer '" + node.name +
                             "': distinct divisors of the pooling windows: got " +
                             std::to_string(pool->scales.size()) + ", must be 1 to 255");
    }
    bytes.push_back(static_cast<std::uint8_t>(pool->scales.size()));
    for (const graph::DivisorScale& entry : pool->scales) {
      if (entry.divisor < 1 || entry.divisor > 65535) {
        throw base::InputError("layer '" + node.name + "': cells of a pooling window: got " +
                               std::to_string(entry.divisor) + ", must be 1 to 65535");
      }
      bytes.push_back(static_cast<std::uint8_t>(entry.divisor));
      bytes.push_back(static_cast<std::uint8_t>(entry.divisor >> 8));
      append_scale(bytes, entry.scale);
    }
  }
  return bytes;
}

}  // namespace npusim::compile
