// SPDX-License-Identifier: Apache-2.0
// Topology files of SCALE-Sim: CSV, one layer a line, no weights.
//
//     Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter,
//     Strides, Layer, M, N, K,
//
// Such a file leaves open what a network needs to know; how that is filled is said in the notes
// (docs/topologies.md has the rules):
// - padding: whether the sizes hold it already is decided for the whole file, by which reading lets
//   more rows follow from the row before;
// - depthwise rows, written with one filter (or one channel): by their name or by the next row;
// - a row that does not follow from the row before has an input of its own.
#pragma once

#include <filesystem>

#include "sim/base/errors.h"
#include "sim/config/topology_config.h"

namespace npusim::config {

/// Reads the file; every error (`file:line: column: got X, must be Y`) goes to `errors`, and the
/// result is then of no use. At most kMaxTopologyLayers rows.
TopologyConfig read_scale_sim(const std::filesystem::path& file, base::ErrorList& errors);

}  // namespace npusim::config
