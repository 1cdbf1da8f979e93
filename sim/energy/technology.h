// SPDX-License-Identifier: Apache-2.0
// What an operation, an access and a gate cost in one technology: configs/technology/*.yaml, each
// number with its published source. The rules between the published points are ours
// (docs/energy.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace npusim::energy {

/// A published energy: of an operand of `at` bits, or a memory of `at` bytes.
struct Point {
  std::int64_t at = 0;
  double picojoules = 0;
};

struct Technology {
  std::string name;
  std::vector<Point> multiply, add;  // by bits of an operand, ascending, at least one
  std::optional<double> register_bit_picojoules;
  std::vector<Point> sram;  // by bytes of the memory, for sram_access_bytes
  std::int64_t sram_access_bytes = 0;
  double dram_byte_picojoules = 0;
  double gate_square_micrometres = 0;  // of a two-input NAND
  std::optional<double> gate_leakage_nanowatts;
  double sram_bit_square_micrometres = 0;
  std::optional<double> sram_bit_leakage_nanowatts;

  /// What the file has no number for, for people: energies are without it.
  std::vector<std::string> not_counted() const;
};

/// Strict: every key that is there is known, every group has a source. Throws base::InputError with
/// every error of the file.
Technology read_technology(const std::filesystem::path& path);
/// The same from a text; `file` names it in messages.
Technology technology_from_yaml(const std::string& text, const std::string& file);

/// Of a product of a_bits x b_bits: linear in a_bits * b_bits between the published n x n, in
/// proportion to it below the first and above the last.
double multiply_picojoules(const Technology& technology, std::int64_t a_bits, std::int64_t b_bits);
/// Linear in the bits between the published points, in proportion below and above.
double add_picojoules(const Technology& technology, std::int64_t bits);
/// Of one byte read or written in a memory of so many bytes, at least 1: linear in the root of the
/// size (its side) between the published points, in proportion to it below and above.
double sram_byte_picojoules(const Technology& technology, std::int64_t memory_bytes);

}  // namespace npusim::energy
