// SPDX-License-Identifier: Apache-2.0
// The loop of GraphStatistics::observe. Internal to it.
#pragma once

#include <cstdint>

namespace npusim::quantize {

/// Of a tensor [positions][channels], positions >= 1: lowers low[c] and raises high[c] to the
/// extremes of channel c, and adds its values to sums[c] in the order of the positions. Values that
/// are not finite leave low and high as they please, and a sum that is not finite; no other values
/// do, because floats are too small for a sum of doubles to overflow.
void observe_channels(const float* values, std::int64_t positions, std::int64_t channels,
                      float* low, float* high, double* sums);

}  // namespace npusim::quantize
