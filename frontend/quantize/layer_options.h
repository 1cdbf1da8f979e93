// SPDX-License-Identifier: Apache-2.0
// Which choices hold for which layer: the options of all layers with the entries of
// `quantization.layers` put over them.
#pragma once

#include <cstdint>
#include <vector>

#include "frontend/graph/graph.h"
#include "frontend/quantize/options.h"

namespace npusim::quantize {

/// The choices of every node (index = NodeId). Of a layer without weights only activation_bits
/// counts, of an input of the network likewise; a max pooling layer passes codes on and has the
/// width of what it reads.
///
/// Throws base::InputError with all reasons: a width out of range, an unknown scheme or field_bits
/// out of range, here or in an entry; an entry whose pattern matches nothing (naming the nearest
/// names), or one of whose keys is of use to none of the layers that it matches.
std::vector<LayerOptions> layer_options(const graph::Graph& folded,
                                        const QuantizationOptions& options);

/// activation_bits of layer_options alone: the width of every node's codes.
std::vector<std::int32_t> activation_widths(const graph::Graph& folded,
                                            const QuantizationOptions& options);

/// The least number of characters to insert, drop or change until the text matches the pattern,
/// whose * is any text and ? any character.
std::size_t pattern_distance(const std::string& pattern, const std::string& text);

}  // namespace npusim::quantize
