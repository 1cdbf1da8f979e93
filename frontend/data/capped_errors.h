// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "sim/base/errors.h"

namespace npusim::data {

/// The first errors of a long list, and how many more there are.
class CappedErrors {
 public:
  void add(const std::string& place, const std::string& key, const std::string& got,
           const std::string& must_be) {
    if (++count_ <= kShown) errors_.add(place, key, got, must_be);
  }

  /// Throws base::InputError with the errors when there are any.
  void throw_if_any() {
    if (count_ > kShown) errors_.add("and " + std::to_string(count_ - kShown) + " more");
    errors_.throw_if_any();
  }

 private:
  static constexpr std::int64_t kShown = 20;
  base::ErrorList errors_;
  std::int64_t count_ = 0;
};

}  // namespace npusim::data
