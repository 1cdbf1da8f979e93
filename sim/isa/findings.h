// SPDX-License-Identifier: Apache-2.0
// What verify() has found so far; internal to it.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

#include "sim/base/errors.h"
#include "sim/isa/regions.h"

namespace npusim::isa {

/// Collects at most kMaxFindings refusals about one place after another.
class Findings {
 public:
  static constexpr std::size_t kMaxFindings = 20;

  /// What later findings are about: "instruction 12 (...)".
  void set_place(std::string place) { place_ = std::move(place); }

  void add(const std::string& key, const std::string& got, const std::string& must_be) {
    if (!full()) errors_.add(place_, key, got, must_be);
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
  void inside(const std::string& key, const Region& region, Space space, std::uint64_t limit) {
    if (region.empty() || region.end() <= limit) return;
    add(key, "bytes " + std::to_string(region.address) + " to " + std::to_string(region.end()),
        "inside the " + std::to_string(limit) + " bytes of the " + space_name(space));
  }

  std::size_t count() const { return errors_.messages().size(); }
  bool full() const { return count() >= kMaxFindings; }
  void throw_if_any() const { errors_.throw_if_any(); }

 private:
  std::string place_;
  base::ErrorList errors_;
};

}  // namespace npusim::isa
