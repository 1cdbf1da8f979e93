// SPDX-License-Identifier: Apache-2.0
// The `quantization` section of a run file.
#pragma once

#include <string>
#include <vector>

#include "sim/base/errors.h"
#include "sim/config/run_config.h"
#include "sim/config/yaml_document.h"

namespace npusim::config {

/// What may be said under a key of the section, for people.
struct QuantizationKey {
  const char* key;  // "layers[].match" of an entry of `layers`
  const char* meaning;
  std::string must_be;
};

/// Every key of the section.
const std::vector<QuantizationKey>& quantization_keys();

/// Reads the section; what is refused goes to `errors`, and the result is then dropped.
QuantizationConfig read_quantization_section(const YamlNode& node, base::ErrorList& errors);

}  // namespace npusim::config
