// SPDX-License-Identifier: Apache-2.0
#include "frontend/import/per_channel.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "frontend/import/tensors.h"

namespace npusim::import {
namespace {

// Where in the constant's row-major order the channel is: channel = index / stride % channels.
struct ChannelPlace {
  bool varies = false;  // false: the values are the same for all channels
  std::int64_t stride = 1;
};

// Nothing where the constant does not broadcast to the activation.
std::optional<ChannelPlace> channel_place(const graph::Shape& shape, const Layout& layout,
                                          const Dims& dims) {
  if (dims.size() > layout.dims.size()) return std::nullopt;
  const auto factors = factors_by_dimension(layout);
  ChannelPlace place;
  std::int64_t stride = 1;
  for (std::size_t i = 1; i <= dims.size(); ++i) {
    const std::int64_t dim = dims[dims.size() - i];
    const std::size_t position = layout.dims.size() - i;
    if (dim == 1) continue;
    if (dim != layout.dims[position]) return std::nullopt;
    const std::vector<Factor>& here = factors->at(position);
    for (auto factor = here.rbegin(); factor != here.rend(); ++factor) {
      if (factor->axis == Axis::channel) {
        if (factor->extent != shape.channels) return std::nullopt;
        place = {true, stride};
      }
      stride *= factor->extent;
    }
  }
  return place;
}

}  // namespace

std::vector<float> per_channel(const NodeContext& node, const std::string& what,
                               const std::vector<float>& values, const Dims& dims,
                               const Activation& x) {
  const graph::Shape& shape = node.shape(x);
  const std::size_t channels = std::max<std::size_t>(static_cast<std::size_t>(shape.channels), 1);
  const std::optional<ChannelPlace> place = channel_place(shape, x.layout, dims);
  const auto refuse = [&](const std::string& got) {
    node.refuse(what, got,
                "a scalar or one value per channel that broadcasts to " + node.text_of(x));
  };
  if (!place || values.empty()) refuse(to_text(dims));
  std::vector<float> result(channels, values.front());
  if (place->varies) {
    const auto stride = static_cast<std::size_t>(place->stride);
    for (std::size_t c = 0; c < channels; ++c) result[c] = values[c * stride];
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t c =
        place->varies ? i / static_cast<std::size_t>(place->stride) % channels : 0;
    if (values[i] != result[c]) refuse(to_text(dims) + " that varies over height or width");
  }
  return result;
}

std::vector<float> per_channel(const NodeContext& node, int index, const std::string& what,
                               const Activation& x) {
  const onnx::TensorProto& tensor = node.constant(index, what);
  return per_channel(node, what, read_finite(tensor), dims_of(tensor), x);
}

bool all_equal(const std::vector<float>& values) {
  return std::all_of(values.begin(), values.end(), [&](float v) { return v == values.front(); });
}

graph::BatchNorm affine(std::vector<float> scale, std::vector<float> offset) {
  graph::BatchNorm norm;
  norm.gamma = std::move(scale);
  norm.beta = std::move(offset);
  norm.mean.assign(norm.gamma.size(), 0.0F);
  norm.variance.assign(norm.gamma.size(), 1.0F);
  norm.epsilon = 0;
  return norm;
}

}  // namespace npusim::import
