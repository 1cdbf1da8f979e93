// SPDX-License-Identifier: Apache-2.0
// Values as YAML that parse_yaml reads back.
#pragma once

#include <string>

#include "sim/config/yaml_document.h"

namespace npusim::config {

/// A text as a scalar: plain where that is safe, else in double quotes.
std::string yaml_scalar(const std::string& text);

/// A number that reads back as the same double, as short as possible: 127.5, 1e-05.
std::string yaml_number(double value);

/// A tree in one line (flow style), as a value behind `--set KEY=`.
std::string yaml_line(const YamlNode& node);

/// A tree in block style; lists and mappings of scalars alone are written in one line where that
/// takes at most `columns`. Comments of the original are gone. Ends with a newline; every line is
/// indented by `indent` blanks.
std::string yaml_text(const YamlNode& node, std::size_t indent = 0, std::size_t columns = 100);

}  // namespace npusim::config
