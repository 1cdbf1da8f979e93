// SPDX-License-Identifier: Apache-2.0
// How well integer codes stand for the weights: signal to quantization noise, channel by channel.
//
//   SQNR_c = 10 log10( sum_k W[c,k]^2 / sum_k (W[c,k] - What[c,k])^2 ) dB
//   What[c,k] = s_w,c * 2^-s_c * (q[c,k] - z_w)
//
// Each out channel counts alike, whatever the size of its weights: that a channel with small
// weights is lost under a scale that the largest one sets is what this measures. A channel whose
// codes are all 0 has 0 dB.
//
// Dead channels of the float network say nothing and are left out: those with
// m_c = max_k |W[c,k]| below T * 2^-23, T = max_c m_c. That is the limit below which no scheme of
// docs/arithmetic.md stores anything (rule 3 with a field of 4 bits; the floor of the scales of
// per_channel in rule 8), so all schemes are measured on the same channels. Depends on the float
// weights alone.
#pragma once

#include <cstdint>
#include <vector>

#include "frontend/graph/graph.h"
#include "frontend/graph/quantized_graph.h"

namespace npusim::study {

/// Of one layer with weights.
struct LayerSqnr {
  graph::NodeId node = 0;
  std::vector<std::int64_t> channels;  // the live ones, ascending; none in a layer of zeros
  std::vector<double> channel_db;      // as many; at most kMostDecibels
};

/// The decibels' mean and least.
struct SqnrSummary {
  std::int64_t channels = 0;  // live ones; with 0 the rest means nothing
  double mean_db = 0;
  double worst_db = 0;
  graph::NodeId worst_node = 0;  // the first that has worst_db
  std::int64_t worst_channel = 0;
};

/// The layers with weights in the order of the graph. `folded`: the float network that `quantized`
/// was made from, node by node (else base::InternalError). The same for any number of threads.
std::vector<LayerSqnr> weight_sqnr(const graph::Graph& folded,
                                   const graph::QuantizedGraph& quantized, int threads = 1);

/// Over all live channels of these layers, each counting once.
SqnrSummary summarize(const std::vector<LayerSqnr>& layers);
SqnrSummary summarize(const LayerSqnr& layer);

}  // namespace npusim::study
