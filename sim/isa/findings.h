// SPDX-License-Identifier: Apache-2.0
// What verify() has found so far; internal to it.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

#include "sim/base/errors.h"
#include "sim/isa/labels.h"
#include "sim/isa/regions.h"

namespace npusim::isa {

/// Collects at most kMaxFindings refusals about one place after another. A Program is nearly always
/// sound and has thousands of instructions with dozens of checks each, so no text is made before
/// something is wrong: whoever checks per instruction gives numbers, or asks before it words.
class Findings {
 public:
  static constexpr std::size_t kMaxFindings = 20;

  /// What later findings are about: "instruction 12 (...)".
  void set_place(std::string place) {
    place_ = std::move(place);
    program_ = nullptr;
  }
  /// The same, in words that are made when there is a finding; the Program must live until then.
  void set_instruction(const Program& program, std::size_t index) {
    program_ = &program;
    instruction_ = index;
  }

  void add(const std::string& key, const std::string& got, const std::string& must_be) {
    if (full()) return;
    errors_.add(program_ == nullptr ? place_ : instruction_label(*program_, instruction_), key, got,
                must_be);
  }
  template <typename T>
  void in_range(const char* key, T value, std::int64_t least, std::int64_t greatest) {
    static_assert(std::is_integral_v<T> && (sizeof(T) < 8 || std::is_signed_v<T>));
    if (value >= least && value <= greatest) return;
    add(key, std::to_string(value),
        least == greatest ? std::to_string(least)
                          : std::to_string(least) + " to " + std::to_string(greatest));
  }
  void require(bool holds, const std::string& key, const std::string& got,
               const std::string& must_be) {
    if (!holds) add(key, got, must_be);
  }
  /// The region lies below `limit`.
  void inside(const char* key, const Region& region, Space space, std::uint64_t limit) {
    if (region.empty() || region.end() <= limit) return;
    add(key, "bytes " + std::to_string(region.address) + " to " + std::to_string(region.end()),
        "inside the " + std::to_string(limit) + " bytes of the " + space_name(space));
  }

  std::size_t count() const { return errors_.messages().size(); }
  bool full() const { return count() >= kMaxFindings; }
  void throw_if_any() const { errors_.throw_if_any(); }

 private:
  std::string place_;
  const Program* program_ = nullptr;  // its instruction is the place, not place_
  std::size_t instruction_ = 0;
  base::ErrorList errors_;
};

}  // namespace npusim::isa
