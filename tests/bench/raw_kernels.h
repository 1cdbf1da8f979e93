// SPDX-License-Identifier: Apache-2.0
// A layer's kernels alone, as an executor calls them: block of rows after block of rows. Operands
// lie ready in the first caches, nothing is gathered, and no tensor is written: the best that an
// executor made of these kernels could reach.
#pragma once

#include <cstdint>
#include <vector>

#include "frontend/graph/quantized_graph.h"
#include "sim/arith/matmul.h"
#include "sim/arith/packed_weights.h"
#include "sim/arith/requantize_rows.h"

namespace npusim::bench {

/// A convolution as the kernels see it. Depthwise: k taps for each of n channels.
struct KernelShape {
  bool depthwise = false;
  std::int64_t rows = 0, k = 0, n = 0;
  std::int64_t macs() const { return rows * k * n; }
};

/// All convolutions of a network; grouped ones count as so many.
std::vector<KernelShape> kernel_shapes(const graph::QuantizedGraph& graph);

class RawKernels {
 public:
  explicit RawKernels(const KernelShape& shape);

  void products();
  void requantize();
  void run();  // both, fused

 private:
  template <class Work>
  void for_blocks(std::int64_t block, const Work& work) const;
  void multiply(std::int64_t rows);
  void multiply_to_codes(std::int64_t rows);

  KernelShape shape_;
  std::int64_t block_ = 0;       // rows at a time
  std::int64_t sums_block_ = 0;  // where sums are written: they stay in the second cache too
  arith::PackedWeights weights_;
  arith::RequantizationTable table_;
  std::vector<std::int8_t> channels_;  // what rows or taps point to
  std::vector<const std::int8_t*> rows_, taps_;
  arith::RowScratch scratch_;
  std::vector<std::int32_t> bias_, sums_;
  std::vector<std::int8_t> codes_;
};

}  // namespace npusim::bench
