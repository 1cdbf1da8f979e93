// SPDX-License-Identifier: Apache-2.0
// The rows of a SCALE-Sim topology file as numbers, before anything is concluded from them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/errors.h"
#include "sim/config/topology_config.h"

namespace npusim::config {

struct ScaleSimRow {
  std::string name;
  std::string place;  // "file:line"
  TopologyExtent input;
  TopologyExtent filter;
  std::int64_t channels = 0;
  std::int64_t filters = 0;
  TopologyExtent stride;
};

struct ScaleSimRows {
  /// Rows of M, N, K: M rows of K values, times K x N weights. Each is a 1x1 convolution on a map
  /// of M x 1.
  bool are_gemms = false;
  bool has_remarks = false;  // cells behind an empty one, which are not read
  std::vector<ScaleSimRow> rows;
};

/// Reads the text; `file` names it in messages.
ScaleSimRows parse_scale_sim(const std::string& text, const std::string& file,
                             base::ErrorList& errors);

}  // namespace npusim::config
