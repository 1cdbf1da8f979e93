// SPDX-License-Identifier: Apache-2.0
#include "frontend/import/channels.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace npusim::import {
namespace {

bool is_channel(const Factor& factor) { return factor.axis == Axis::channel; }

}  // namespace

bool is_channel_dimension(const NodeContext& node, const Activation& x, std::size_t position) {
  return factors_by_dimension(x.layout)->at(position) == whole_axis(node.shape(x), Axis::channel);
}

Layout with_channels(const Layout& layout, std::size_t position, const graph::Shape& shape) {
  auto factors = *factors_by_dimension(layout);
  factors.at(position) = whole_axis(shape, Axis::channel);
  Dims dims = layout.dims;
  dims.at(position) = shape.channels;
  return layout_of(dims, factors);
}

graph::NodeId pick_channels(NodeContext& node, graph::NodeId x, const graph::Shape& shape,
                            const std::vector<std::int64_t>& channels, const std::string& suffix) {
  std::vector<std::int64_t> all(static_cast<std::size_t>(shape.channels));
  std::iota(all.begin(), all.end(), 0);
  if (channels == all) return x;
  const auto in = static_cast<std::size_t>(shape.channels);
  node.take_constant_elements({static_cast<std::int64_t>(channels.size()), shape.channels});
  graph::Conv conv;
  conv.in_channels = shape.channels;
  conv.out_channels = static_cast<std::int64_t>(channels.size());
  conv.kind = graph::conv_kind(conv.in_channels, conv.out_channels, 1);
  conv.bias.assign(channels.size(), 0.0F);
  conv.weights_ohwi.assign(channels.size() * in, 0.0F);
  for (std::size_t o = 0; o < channels.size(); ++o) {
    conv.weights_ohwi[o * in + static_cast<std::size_t>(channels[o])] = 1.0F;
  }
  return node.append(std::move(conv), {x}, {}, suffix);
}

std::optional<std::vector<std::int64_t>> shuffled_channels(const graph::Shape& shape,
                                                           const Layout& layout) {
  const auto first = std::find_if(layout.order.begin(), layout.order.end(), is_channel);
  const auto end = std::find_if_not(first, layout.order.end(), is_channel);
  const bool is_one_run = std::none_of(end, layout.order.end(), is_channel);
  if (end - first < 2 || !is_one_run) return std::nullopt;
  std::vector<std::int64_t> channels;
  for (std::int64_t c = 0; c < shape.channels; ++c) {
    std::int64_t from = 0;
    std::int64_t rest = c;
    for (auto factor = end; factor != first;) {
      --factor;
      from += rest % factor->extent * factor->stride;
      rest /= factor->extent;
    }
    channels.push_back(from);
  }
  return channels;
}

}  // namespace npusim::import
