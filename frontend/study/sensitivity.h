// SPDX-License-Identifier: Apache-2.0
// Where a network loses accuracy: every layer quantized alone, and the tensors of the integer
// network against the float network's.
//
// A layer quantized alone: all layers are those of the float network but one. If that one has
// weights and biases, they are what its integers stand for,
//     W = s_w * 2^-s_c * (q - z_w),   b = s_x * s_w * 2^-s_c * (b_q + z_x * sum_k (q - z_w)),
// rounded to float (bias correction is in b_q), and its output is rounded to its codes and back:
//     y -> s_y * (clamp(z_y + rne(y / s_y), low, high) - z_y).
// Its input is the float network's. So rounding of requantization and of accumulators narrower than
// guaranteed are not in it; they are in the integer network.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "frontend/execute/accuracy.h"
#include "frontend/graph/graph.h"
#include "frontend/graph/quantized_graph.h"
#include "frontend/study/distortion.h"

namespace npusim::study {

struct LayerSensitivity {
  /// The layer's tensor in the integer network against the float network's.
  Distortion output;
  /// With this layer alone quantized: the ranking of each image, and each output of the network
  /// against the float network's.
  std::vector<execute::Ranking> rankings_alone;
  std::vector<Distortion> network_outputs_alone;
  /// The least SQNR of an output of the network.
  double network_sqnr_alone_db() const;
};

struct Sensitivity {
  // Of the images that were not left out, in order.
  std::vector<std::int32_t> labels;
  std::vector<execute::Ranking> float_rankings;
  std::vector<execute::Ranking> integer_rankings;

  std::vector<LayerSensitivity> layers;  // [node]; those of input nodes: `output` only
};

/// The float network whose layers with weights have those that the integers stand for (above).
graph::Graph restored_weights(const graph::Graph& folded, const graph::QuantizedGraph& quantized);

/// values -> those that codes of the tensor of this node stand for (above), in place. A NaN throws
/// base::InternalError.
void round_to_codes(float* values, const graph::QuantizedNode& node);

/// Shows the images to all of these networks; classes are those of the first output. `quantized` is
/// made from `folded`. The rest as execute::for_each_image. The result does not depend on the
/// number of threads.
///
/// Time per image: each layer costs a float evaluation from that layer to the end. Memory per
/// thread: two sets of float tensors that live at once, and the integer network's of all layers.
Sensitivity measure_sensitivity(const graph::Graph& folded, const graph::QuantizedGraph& quantized,
                                std::int64_t images, int threads,
                                const execute::ImageSource& source,
                                const std::function<void(std::int64_t done)>& progress = {});

}  // namespace npusim::study
