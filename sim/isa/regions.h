// SPDX-License-Identifier: Apache-2.0
// Which bytes of which memory an instruction names: the one definition behind verify() and the race
// check. What a region of an average pool's record covers depends on the record itself.
#pragma once

#include <cstdint>

#include "sim/isa/instruction.h"
#include "sim/isa/program.h"

namespace npusim::isa {

/// The memories. Accumulators are addressed as bytes as if each were one: accumulator (row, column)
/// is byte row * (columns of the array) + column.
enum class Space : std::uint8_t { dram, activation_scratchpad, weight_scratchpad, accumulators };
inline constexpr int kSpaces = 4;

const char* space_name(Space space);  // "DRAM", "activation scratchpad", ...

/// `bytes` contiguous bytes, `count1` times at stride 1, all that `count2` times at stride 2.
struct Region {
  std::uint64_t address = 0;
  std::uint64_t bytes = 0;
  std::uint64_t count1 = 1, stride1 = 0;
  std::uint64_t count2 = 1, stride2 = 0;

  bool empty() const { return bytes == 0 || count1 == 0 || count2 == 0; }
  /// One past the last byte; the largest value where that does not fit 64 bits. Not for empty ones.
  std::uint64_t end() const;
  /// Whether no byte belongs to two runs, provided that one stride steps over the runs of the
  /// other.
  bool runs_are_disjoint() const;
};

/// Whether two regions share a byte: exact where the runs of both repeat once at the same stride,
/// by first and last byte otherwise (true where it might be).
bool may_overlap(const Region& a, const Region& b);

/// Bytes of one element.
inline std::uint64_t element_bytes(DataType type) {
  return std::uint64_t{1} << static_cast<int>(type);
}
/// A tensor in its memory; extents at least 0, their product may be anything.
Region tensor_region(const TensorInfo& tensor);

// Every function takes fields that may hold anything.
Region dram_region(const Dma& f);
Region local_region(const Dma& f);
Region weights_region(const Preload& f);
Region bias_region(const Preload& f);
Region input_region(const Matmul& f);  // all of the region that windows move over
Region accumulator_region(const Matmul& f, std::int64_t array_columns);
Region accumulator_region(const Requantize& f, std::int64_t array_columns);
Region output_region(const Requantize& f);
Region record_region(const Requantize& f);
Region shifts_region(const Requantize& f);
Region clamps_region(const Requantize& f);
Region input_region(const Pool& f);
Region output_region(const Pool& f);
/// An average pool's record, with the number of entries that its first byte says.
Region record_region(const Pool& f, int entries);
Region a_region(const Elementwise& f);
Region b_region(const Elementwise& f);  // add and mul read it
Region output_region(const Elementwise& f);
Region record_region(const Elementwise& f);

/// Whether the operation reads operand b.
inline bool has_operand_b(const Elementwise& f) {
  return f.operation == ElementwiseOperation::add || f.operation == ElementwiseOperation::mul;
}

}  // namespace npusim::isa
