// SPDX-License-Identifier: Apache-2.0
// The values of an axis: a list, {from, to, step} or {from, to, times}.
#pragma once

#include <string>

#include "sim/config/yaml_document.h"
#include "sim/sweep/sweep_config.h"

namespace npusim::sweep {

/// A YAML value in one line, as behind --set KEY=; sizes as bytes.
std::string value_text(const config::YamlNode& node);

/// `key` is the axis' own, `path` how messages call it. Values run from `from` up to `to`, which is
/// one of them if the steps hit it: steps of whole numbers or of decimals (at most nine places),
/// exactly; `times` of whole numbers.
Axis read_axis(const config::YamlNode& node, const std::string& key, const std::string& path,
               base::ErrorList& errors);

}  // namespace npusim::sweep
