// SPDX-License-Identifier: Apache-2.0
// A report as one page of HTML that opens without a network: cycles by cause, roofline,
// utilisation, what lies in the activation scratchpad when, channel ranges, schemes, energy, and
// tables that sort. The page holds the report's JSON form and takes every number from it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/report/report.h"
#include "sim/stats/activation_map.h"

namespace npusim::report {

/// What the page may take of layers and of allocations; of more it says how many are left out.
inline constexpr std::size_t kMostPageLayers = 4000;
inline constexpr std::size_t kMostPageAllocations = 6000;

/// Of a layer with weights, channel by channel: the log2 of the share of the code range that the
/// channel's largest |weight| uses, 0 for all of it; empty for a channel of zeros.
struct ChannelRangesOfLayer {
  std::string layer, kind;
  std::string scheme;  // the layer's own
  std::int32_t weight_bits = 8;
  double lost_below_octaves = 0;  // a channel with less has no code but 0
  std::vector<std::optional<double>> before_octaves, after_octaves;
  std::vector<std::uint8_t> shifts;  // one per channel; empty: the layer has none
};

/// Layers and tensors of an activation map by name.
struct ActivationNames {
  std::vector<std::string> tensors, layers;
};

/// What the page shows and the report does not have.
struct PageData {
  stats::ActivationMap activation;
  ActivationNames names;  // as Program::tensors and Program::layers
  std::vector<ChannelRangesOfLayer> channels;
  std::string channels_left_out;  // why there are none; empty where there are
};

/// The same bytes for the same values: host figures but versions are left out.
std::string report_page(const Report& report, const PageData& data, const std::string& version);

}  // namespace npusim::report
