// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/raw_kernels.h"

#include <algorithm>
#include <variant>

#include "sim/arith/depthwise.h"
#include "sim/arith/matmul.h"

namespace npusim::bench {
namespace {

// A block's rows stay in the second cache; as the executor's. Depthwise: a line of pixels.
std::int64_t block_rows(const KernelShape& shape) {
  if (shape.depthwise) return 112;
  return std::clamp<std::int64_t>(256 * 1024 / shape.k / 12, 1, 40) * 12;
}

std::vector<std::int8_t> drawn_codes(std::int64_t count) {
  std::vector<std::int8_t> codes(static_cast<std::size_t>(count));
  std::uint32_t state = 1;
  for (std::int8_t& code : codes) {
    state = state * 1664525U + 1013904223U;
    code = static_cast<std::int8_t>(state >> 24);
  }
  return codes;
}

}  // namespace

std::vector<KernelShape> kernel_shapes(const graph::QuantizedGraph& graph) {
  std::vector<KernelShape> shapes;
  for (const graph::QuantizedNode& node : graph.nodes) {
    const auto* conv = std::get_if<graph::QuantizedConv>(&node.op);
    if (conv == nullptr) continue;
    KernelShape shape;
    shape.depthwise = conv->kind == graph::ConvKind::depthwise_conv;
    shape.rows = node.shape.elements() / conv->out_channels;
    shape.n = shape.depthwise ? conv->out_channels : conv->out_channels / conv->groups;
    shape.k = static_cast<std::int64_t>(conv->weights_ohwi.size()) / conv->out_channels;
    shapes.insert(shapes.end(), shape.depthwise ? 1 : static_cast<std::size_t>(conv->groups),
                  shape);
  }
  return shapes;
}

RawKernels::RawKernels(const KernelShape& shape)
    : shape_(shape),
      block_(std::min(block_rows(shape), shape.rows)),
      sums_block_(std::min(block_, std::max<std::int64_t>(1, 32768 / shape.n))) {
  const std::vector<std::int8_t> weights = drawn_codes(shape.k * shape.n);
  weights_.pack(weights.data(), shape.n, 1, shape.k, shape.n);
  if (shape.depthwise) {
    channels_ = drawn_codes((block_ + shape.k) * shape.n);
    for (std::int64_t tap = 0; tap < shape.k; ++tap) {
      taps_.push_back(channels_.data() + tap * shape.n);
    }
  } else {
    channels_ = drawn_codes(block_ * shape.k);
    for (std::int64_t row = 0; row < block_; ++row) {
      rows_.push_back(channels_.data() + row * shape.k);
    }
  }
  bias_.assign(static_cast<std::size_t>(shape.n), 1);
  sums_.resize(static_cast<std::size_t>(block_ * shape.n));
  codes_.resize(sums_.size());
  const arith::FixedPoint scale{(1 << 30) + 4711, 40};
  const std::vector<std::uint8_t> shifts(static_cast<std::size_t>(shape.n), 3);
  table_.set(&scale, 1, shifts.data(), shape.n, {});
}

template <class Work>
void RawKernels::for_blocks(std::int64_t block, const Work& work) const {
  for (std::int64_t row = 0; row < shape_.rows; row += block) {
    work(std::min(block, shape_.rows - row));
  }
}

void RawKernels::multiply(std::int64_t rows) {
  if (shape_.depthwise) {
    arith::accumulate_depthwise({taps_.data(), 0, shape_.n, rows}, weights_, bias_.data(),
                                sums_.data(), shape_.n);
  } else {
    arith::multiply_rows(rows_.data(), rows, weights_, bias_.data(), sums_.data(), shape_.n,
                         scratch_);
  }
}

void RawKernels::multiply_to_codes(std::int64_t rows) {
  if (shape_.depthwise) {
    arith::depthwise_to_codes({taps_.data(), 0, shape_.n, rows}, weights_, bias_.data(), table_,
                              codes_.data(), shape_.n);
  } else {
    arith::multiply_to_codes(rows_.data(), rows, weights_, bias_.data(), table_, 0, codes_.data(),
                             shape_.n, scratch_);
  }
}

void RawKernels::products() {
  for_blocks(sums_block_, [this](std::int64_t rows) { multiply(rows); });
}

void RawKernels::requantize() {
  for_blocks(sums_block_, [this](std::int64_t rows) {
    arith::requantize_rows(sums_.data(), shape_.n, rows, table_, codes_.data(), shape_.n);
  });
}

void RawKernels::run() {
  for_blocks(block_, [this](std::int64_t rows) { multiply_to_codes(rows); });
}

}  // namespace npusim::bench
