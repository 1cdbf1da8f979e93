// SPDX-License-Identifier: Apache-2.0
// Cross-layer equalization (Nagel et al. 2019, arXiv 1906.04721, section 4.1): channels of a tensor
// between two convolutions are scaled so that the weights that make a channel and those that read
// it have the same range. In real arithmetic the network stays what it was.
//
// With channel i of the tensor divided by s_i, row i of the first layer and its bias are divided by
// s_i, column i of the second multiplied. r1_i and r2_i, the greatest magnitudes of that row and
// column, become equal with
//     s_i = sqrt(r1_i * r2_i) / r2_i
// Tensors are visited in the order of the graph, again and again, until no factor is away from 1 by
// more than kEqualizationTolerance.
//
// A dead channel is left alone: one whose weights in the first or the second layer are all at most
// 2^-kDeadBits of that layer's greatest (zeros among them). Real networks have channels with
// weights of 1e-20 beside a bias of 0.1; made as large as others, they would take their bias along.
//
// A clamp between the layers goes along: [low, high] becomes [low / s_i, high / s_i], so ReLU stays
// what it is and ReLU6 gets an exact cap for each channel.
#pragma once

#include <cstdint>

#include "frontend/graph/graph.h"

namespace npusim::graph {

inline constexpr double kEqualizationTolerance = 0x1p-10;
inline constexpr int kDeadBits = 23;
inline constexpr std::int64_t kMaxEqualizationSweeps = 1000;

struct Equalization {
  Graph graph;
  std::int64_t tensors = 0;  // between two convolutions, scaled; 0: the graph is unchanged
  std::int64_t sweeps = 0;   // over all of them, until nothing moved or the most was reached
};

/// `graph`: prepared. A tensor counts where a convolution of any kind makes it, it is no output of
/// the network, and its one reader is a convolution; in between may stand what commutes with a
/// positive factor and reads nothing else: pooling without a clamp, leaky ReLU.
///
/// Throws base::InputError with all reasons: the model brings scales or codes of its own, which
/// were made for the channels as they are; a scaled weight or bias that is beyond float's range.
Equalization equalize(Graph graph);

}  // namespace npusim::graph
