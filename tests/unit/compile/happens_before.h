// SPDX-License-Identifier: Apache-2.0
// Which instructions are surely done before which others start: the plain definition, by sets.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "frontend/compile/draft.h"

namespace npusim::compile {

/// Grows with edges from earlier to later instructions, later ones in ascending order.
class HappensBefore {
 public:
  explicit HappensBefore(std::size_t size) : before_(size, std::vector<bool>(size, false)) {}

  /// Whatever is done before `first` is done before `then`, and `first` itself.
  void order(std::size_t first, std::size_t then) {
    for (std::size_t i = 0; i < first; ++i) {
      if (before_[first][i]) before_[then][i] = true;
    }
    before_[then][first] = true;
  }
  bool is_before(std::size_t first, std::size_t then) const { return before_[then][first]; }

 private:
  std::vector<std::vector<bool>> before_;  // [then][first]
};

inline bool conflict(const Access& a, const Access& b) {
  return a.space == b.space && (a.is_write || b.is_write) && a.begin < b.end && b.begin < a.end;
}

inline bool conflict(const std::vector<Access>& a, const std::vector<Access>& b) {
  for (const Access& x : a) {
    for (const Access& y : b) {
      if (conflict(x, y)) return true;
    }
  }
  return false;
}

}  // namespace npusim::compile
