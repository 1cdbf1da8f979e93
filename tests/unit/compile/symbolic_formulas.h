// SPDX-License-Identifier: Apache-2.0
// The results of operations as symbols of what they read: shared by the evaluation of graphs and of
// Programs.
#pragma once

#include "tests/unit/compile/symbolic.h"

namespace npusim::compile {

struct OutputSymbols {
  std::int32_t zero_point, low, high;
};

/// Bytes as they lie in memory.
inline Symbol bytes_symbol(const std::vector<Symbol>& bytes) {
  Symbol symbol = 0x2001;
  for (const Symbol byte : bytes) symbol = mix(symbol, byte);
  return symbol;
}
inline Symbol tap_symbol(Symbol sum, Symbol weight, Symbol x) { return mix(sum, weight, x); }
inline Symbol output_symbol(Symbol value, const OutputSymbols& out) {
  return mix(value, number(out.zero_point), number(out.low), number(out.high));
}
inline Symbol requantized_symbol(Symbol sum, Symbol record, std::int64_t channel_shift,
                                 const OutputSymbols& out) {
  return output_symbol(mix(sum, record, number(channel_shift)), out);
}
inline Symbol max_symbol(Symbol cells, const OutputSymbols& out) {
  return mix(0x2002, cells, number(out.low), number(out.high));
}
inline Symbol average_symbol(Symbol cells, std::int64_t count, Symbol scale,
                             std::int32_t in_zero_point, const OutputSymbols& out) {
  return output_symbol(mix(0x2003, cells, number(count), scale, number(in_zero_point)), out);
}
inline Symbol operand_symbol(Symbol x, std::int32_t zero_point) {
  return mix(0x2004, x, number(zero_point));
}
inline Symbol add_symbol(Symbol a, Symbol b, Symbol record, const OutputSymbols& out) {
  return output_symbol(mix(0x2005, a, b, record), out);
}
/// The operands of a product have no order.
inline Symbol mul_symbol(Symbol a, Symbol b, Symbol record, const OutputSymbols& out) {
  return output_symbol(mix(0x2006, a + b, record), out);
}
inline Symbol rescaled_symbol(Symbol a, Symbol record, const OutputSymbols& out) {
  return output_symbol(mix(0x2007, a, record), out);
}
/// A table's entries are clamped codes already.
inline Symbol lookup_symbol(Symbol x, Symbol table) { return mix(0x2008, x, table); }

}  // namespace npusim::compile
