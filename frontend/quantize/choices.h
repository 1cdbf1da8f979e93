// SPDX-License-Identifier: Apache-2.0
// The refusal of a name that is not among the choices.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/base/errors.h"
#include "sim/base/nearest.h"

namespace npusim::quantize {

/// `key: got NAME, must be one of A, B, C; did you mean B?`
inline base::InputError unknown_choice(const std::string& key, std::string_view name,
                                       const std::vector<std::string>& choices) {
  std::string list;
  for (const std::string& choice : choices) list += (list.empty() ? "" : ", ") + choice;
  return base::InputError(base::refusal(
      "", key, std::string(name),
      (choices.size() == 1 ? list : "one of " + list) + base::did_you_mean(name, choices)));
}

}  // namespace npusim::quantize
