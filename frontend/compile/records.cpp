// SPDX-License-Identifier: Apache-2.0
#include "frontend/compile/records.h"

#include <string>

#include "sim/base/errors.h"
#include "sim/isa/records.h"

namespace npusim::compile {
namespace {

isa::ScaleRecord scale_record(const graph::FixedPoint& scale) {
  return {scale.multiplier, static_cast<std::uint8_t>(scale.shift)};
}

Bytes pool_record(const graph::QuantizedNode& node, const graph::QuantizedPool& pool) {
  if (pool.scales.empty() || pool.scales.size() > 255) {
    throw base::InputError("layer '" + node.name +
                           "': distinct divisors of the pooling windows: got " +
                           std::to_string(pool.scales.size()) + ", must be 1 to 255");
  }
  std::vector<isa::PoolEntry> entries;
  for (const graph::DivisorScale& entry : pool.scales) {
    if (entry.divisor < 1 || entry.divisor > 65535) {
      throw base::InputError("layer '" + node.name + "': cells of a pooling window: got " +
                             std::to_string(entry.divisor) + ", must be 1 to 65535");
    }
    entries.push_back({static_cast<std::uint16_t>(entry.divisor), scale_record(entry.scale)});
  }
  Bytes bytes;
  isa::append_pool_record(bytes, entries);
  return bytes;
}

}  // namespace

void append_scale(Bytes& bytes, const graph::FixedPoint& scale) {
  isa::append_scale_record(bytes, scale_record(scale));
}

Bytes pack_channel_shifts(const graph::Requantization& requantization, std::int64_t begin,
                          std::int64_t end) {
  if (requantization.field_bits == 0) return {};
  const auto first = requantization.channel_shifts.begin();
  return isa::pack_channel_shifts({first + begin, first + end}, requantization.field_bits);
}

void append_clamps(Bytes& bytes, const graph::QuantizedNode& node, std::int64_t begin,
                   std::int64_t end) {
  if (node.channel_clamps.empty()) return;
  for (std::int64_t c = begin; c < end; ++c) {
    const graph::Clamps& own = node.clamps_of(c);
    isa::append_clamp_record(
        bytes, {static_cast<std::int8_t>(own.low), static_cast<std::int8_t>(own.high)});
  }
}

std::int64_t clamp_bytes(const graph::QuantizedNode& node, std::int64_t channels) {
  return node.channel_clamps.empty() ? 0
                                     : static_cast<std::int64_t>(isa::kClampRecordBytes) * channels;
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
    isa::append_add_record(
        bytes, {add->multiplier_a, add->multiplier_b, static_cast<std::uint8_t>(add->shift)});
  } else if (const auto* mul = std::get_if<graph::QuantizedMul>(&node.op)) {
    append_scale(bytes, mul->scale);
  } else if (const auto* concat = std::get_if<graph::QuantizedConcat>(&node.op)) {
    append_scale(bytes, concat->scales.at(index));
  } else if (const auto* lookup = std::get_if<graph::QuantizedLookup>(&node.op)) {
    for (const std::int8_t code : lookup->table) bytes.push_back(static_cast<std::uint8_t>(code));
  } else if (const auto* pool = std::get_if<graph::QuantizedPool>(&node.op)) {
    bytes = pool_record(node, *pool);
  }
  return bytes;
}

}  // namespace npusim::compile
