// SPDX-License-Identifier: Apache-2.0
// Channels picked out of an activation or put into another order: exact in a 1x1 convolution whose
// weights are 0 and 1.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "frontend/import/node_context.h"

namespace npusim::import {

/// Whether dimension `position` of `x` stands for its channels and nothing else.
bool is_channel_dimension(const NodeContext& node, const Activation& x, std::size_t position);

/// `layout` with another number of channels in dimension `position`, which stands for them; `shape`
/// has the new number.
Layout with_channels(const Layout& layout, std::size_t position, const graph::Shape& shape);

/// The node whose channel i is channel channels[i] of `x`; `x` itself where nothing changes.
graph::NodeId pick_channels(NodeContext& node, graph::NodeId x, const graph::Shape& shape,
                            const std::vector<std::int64_t>& channels, const std::string& suffix);

/// Where a Transpose has changed the order of parts of the channels and they are one run again, as
/// a channel shuffle does: the old channel of each new one. Nothing for any other layout.
std::optional<std::vector<std::int64_t>> shuffled_channels(const graph::Shape& shape,
                                                           const Layout& layout);

}  // namespace npusim::import
