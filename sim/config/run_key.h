// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace npusim::config {

/// What may be said under a key of a run file's section, for people.
struct RunKey {
  const char* key;  // within the section; "layers[].match" of an entry of `layers`
  const char* meaning;
  std::string must_be;
  std::string fallback = {};  // what holds where it is left out; empty: it must be given
};

}  // namespace npusim::config
