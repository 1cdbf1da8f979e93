// SPDX-License-Identifier: Apache-2.0
// How unequal the weights of a layer's output channels are, and what a scheme makes of it.
#pragma once

#include <cstdint>
#include <vector>

#include "frontend/graph/graph.h"
#include "frontend/graph/quantized_graph.h"

namespace npusim::study {

/// A channel whose largest weight is below this share of the layer's largest is dead.
inline constexpr double kLeastLiveShare = 0x1p-23;

/// m_c = max_k |W[c, k]|, one per output channel. A channel is live where m_c is at least 2^-23 of
/// the largest, and not 0 (as in weight_sqnr.h).
struct ChannelRanges {
  std::vector<double> largest;

  /// m_c of the live channels, ascending.
  std::vector<double> live() const;
  /// Largest over median m_c of the live channels (of an even number, the mean of the two in the
  /// middle); 0 where none is live.
  double spread() const;
  /// Largest over smallest m_c of the live channels; 0 where none is live.
  double full_spread() const;
};

ChannelRanges channel_ranges(const graph::Conv& conv);

/// The greatest |code - zero point| of the layer's width: 127 for 8 bits, and more with a zero
/// point other than 0, whose codes go down to -128.
double largest_magnitude(const graph::QuantizedConv& conv);

/// The share of the code range that each channel uses: m_c over the largest magnitude that the
/// channel's codes can stand for. Before scaling: m_c / max m_c, what one scale for the layer
/// gives. At most 1 but for the last bit; 0 for a channel of zeros.
std::vector<double> range_use_before(const ChannelRanges& ranges);
std::vector<double> range_use_after(const ChannelRanges& ranges, const graph::QuantizedConv& conv);

/// Live channels of which no code is left but 0: only their bias is.
std::int64_t lost_channels(const graph::Conv& conv, const graph::QuantizedConv& quantized);

/// The number of channels with each shift, [0, 15]; empty where the layer has none.
std::vector<std::int64_t> shift_histogram(const graph::Requantization& requantization);

}  // namespace npusim::study
