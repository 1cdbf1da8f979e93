// SPDX-License-Identifier: Apache-2.0
// Parameter records in the weight scratchpad, written and read: little-endian, without gaps.
//     scale (requantize, mul, rescale)  int32 multiplier, uint8 shift
//     add                               int32 multiplier_a, int32 multiplier_b, uint8 shift
//     pool (average)                    uint8 count, count x {uint16 divisor, int32 multiplier,
//                                       uint8 shift}, divisors ascending
//     lookup                            256 int8, entry code + 128
//     channel shifts                    field_bits each, packed from the least significant bit of
//                                       the byte up; a field may lie across two bytes
//     channel clamps                    int8 low, int8 high for each channel
//     row of a weight tile              weight_bits for each column, two's complement, packed in
//                                       the same way; every row begins with a byte of its own
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace npusim::isa {

struct ScaleRecord {
  std::int32_t multiplier = 0;
  std::uint8_t shift = 0;
};

struct AddRecord {
  std::int32_t multiplier_a = 0, multiplier_b = 0;
  std::uint8_t shift = 0;
};

struct PoolEntry {
  std::uint16_t divisor = 0;
  ScaleRecord scale;
};

inline constexpr std::size_t kScaleRecordBytes = 5;
inline constexpr std::size_t kAddRecordBytes = 9;
inline constexpr std::size_t kPoolEntryBytes = 7;
inline constexpr std::size_t kLookupRecordBytes = 256;
inline constexpr std::size_t kBiasBytes = 4;
inline constexpr std::size_t kClampRecordBytes = 2;

struct ClampRecord {
  std::int8_t low = -128, high = 127;
};

inline std::int32_t read_int32(const std::uint8_t* bytes) {
  return static_cast<std::int32_t>(std::uint32_t{bytes[0]} | std::uint32_t{bytes[1]} << 8 |
                                   std::uint32_t{bytes[2]} << 16 | std::uint32_t{bytes[3]} << 24);
}

inline ScaleRecord read_scale_record(const std::uint8_t* bytes) {
  return {read_int32(bytes), bytes[4]};
}

inline AddRecord read_add_record(const std::uint8_t* bytes) {
  return {read_int32(bytes), read_int32(bytes + 4), bytes[8]};
}

/// Entry i of a pool record, i below its count (its first byte).
inline PoolEntry read_pool_entry(const std::uint8_t* record, std::size_t i) {
  const std::uint8_t* entry = record + 1 + i * kPoolEntryBytes;
  return {static_cast<std::uint16_t>(entry[0] | entry[1] << 8), read_scale_record(entry + 2)};
}

/// Channel shift `entry` of a block; field_bits 0 to 8 (0: no block is read, the shift is 0).
inline int read_channel_shift(const std::uint8_t* block, int field_bits, std::uint64_t entry) {
  if (field_bits == 0) return 0;
  const std::uint64_t bit = entry * static_cast<std::uint64_t>(field_bits);
  const int first = static_cast<int>(bit % 8);
  int bits = block[bit / 8] >> first;
  if (first + field_bits > 8) bits |= block[bit / 8 + 1] << (8 - first);
  return bits & ((1 << field_bits) - 1);
}

/// Clamps of channel `entry` of a block.
inline ClampRecord read_clamp_record(const std::uint8_t* block, std::uint64_t entry) {
  const std::uint8_t* bytes = block + kClampRecordBytes * entry;
  return {static_cast<std::int8_t>(bytes[0]), static_cast<std::int8_t>(bytes[1])};
}

inline void append_clamp_record(std::vector<std::uint8_t>& bytes, const ClampRecord& record) {
  bytes.push_back(static_cast<std::uint8_t>(record.low));
  bytes.push_back(static_cast<std::uint8_t>(record.high));
}

/// Bytes of a row of a weight tile.
constexpr std::uint64_t weight_row_bytes(std::uint64_t columns, std::uint64_t weight_bits) {
  return (columns * weight_bits + 7) / 8;
}

/// The weight of column `column`, weight_bits 1 to 8.
inline std::int8_t read_weight(const std::uint8_t* row, unsigned weight_bits,
                               std::uint64_t column) {
  const std::uint64_t bit = column * weight_bits;
  const unsigned first = static_cast<unsigned>(bit % 8);
  unsigned bits = unsigned{row[bit / 8]} >> first;
  if (first + weight_bits > 8) bits |= unsigned{row[bit / 8 + 1]} << (8 - first);
  // The sign bit goes to the top of a byte and comes back down as many times as it takes.
  return static_cast<std::int8_t>(
      static_cast<std::int8_t>(static_cast<std::uint8_t>(bits << (8 - weight_bits))) >>
      (8 - weight_bits));
}

/// A row of `columns` weights, each of which weight_bits hold, to its weight_row_bytes.
inline void pack_weight_row(const std::int8_t* weights, std::size_t columns, unsigned weight_bits,
                            std::uint8_t* row) {
  const unsigned mask = (1U << weight_bits) - 1;
  unsigned pending = 0;  // the lowest `bits` are not written yet
  unsigned bits = 0;
  for (std::size_t column = 0; column < columns; ++column) {
    pending |= (static_cast<unsigned>(weights[column]) & mask) << bits;
    bits += weight_bits;
    if (bits < 8) continue;
    *row++ = static_cast<std::uint8_t>(pending);
    pending >>= 8;
    bits -= 8;
  }
  if (bits > 0) *row = static_cast<std::uint8_t>(pending);
}

inline void append_weight_row(std::vector<std::uint8_t>& bytes,
                              const std::vector<std::int8_t>& weights, unsigned weight_bits) {
  const std::size_t begin = bytes.size();
  bytes.resize(begin + weight_row_bytes(weights.size(), weight_bits));
  pack_weight_row(weights.data(), weights.size(), weight_bits, bytes.data() + begin);
}

inline void append_int32(std::vector<std::uint8_t>& bytes, std::int32_t value) {
  for (int i = 0; i < 4; ++i) {
    bytes.push_back(static_cast<std::uint8_t>(static_cast<std::uint32_t>(value) >> (8 * i)));
  }
}

inline void append_scale_record(std::vector<std::uint8_t>& bytes, const ScaleRecord& record) {
  append_int32(bytes, record.multiplier);
  bytes.push_back(record.shift);
}

inline void append_add_record(std::vector<std::uint8_t>& bytes, const AddRecord& record) {
  append_int32(bytes, record.multiplier_a);
  append_int32(bytes, record.multiplier_b);
  bytes.push_back(record.shift);
}

/// At most 255 entries, divisors ascending.
inline void append_pool_record(std::vector<std::uint8_t>& bytes,
                               const std::vector<PoolEntry>& entries) {
  bytes.push_back(static_cast<std::uint8_t>(entries.size()));
  for (const PoolEntry& entry : entries) {
    bytes.push_back(static_cast<std::uint8_t>(entry.divisor & 0xff));
    bytes.push_back(static_cast<std::uint8_t>(entry.divisor >> 8));
    append_scale_record(bytes, entry.scale);
  }
}

/// The packed fields of all shifts, ceil(size * field_bits / 8) bytes; each shift < 2^field_bits.
inline std::vector<std::uint8_t> pack_channel_shifts(const std::vector<std::uint8_t>& shifts,
                                                     int field_bits) {
  const auto width = static_cast<std::size_t>(field_bits);
  std::vector<std::uint8_t> bytes((shifts.size() * width + 7) / 8);
  for (std::size_t entry = 0; entry < shifts.size(); ++entry) {
    for (std::size_t i = 0; i < width; ++i) {
      const std::size_t bit = entry * width + i;
      const int value = shifts[entry] >> i & 1;
      bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] | value << (bit % 8));
    }
  }
  return bytes;
}

}  // namespace npusim::isa
