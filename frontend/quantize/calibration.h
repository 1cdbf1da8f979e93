// SPDX-License-Identifier: Apache-2.0
// What the float network was seen to do on the calibration images: the range of every tensor
// (rule 10) and the mean of every channel (rule 5 of docs/arithmetic.md).
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "frontend/graph/graph.h"
#include "frontend/quantize/calibrator.h"

namespace npusim::quantize {

/// One tensor (the output of the node with the same index).
struct TensorCalibration {
  double low = 0;                    // the range to be represented, as the calibrator chose it;
  double high = 0;                   // low <= high, both finite
  std::vector<double> channel_mean;  // E[x_c] over all positions of all images
};

struct Calibration {
  std::string method;                      // the calibrator's name
  std::int64_t images = 0;                 // at least 1
  std::vector<TensorCalibration> tensors;  // index = NodeId
};

/// The histogram of every tensor over all images. Counts only: who observes which image, and when,
/// does not matter. Its functions may be called from any thread.
class GraphHistograms {
 public:
  explicit GraphHistograms(const graph::Graph& graph) : tensors_(graph.nodes.size()) {}

  /// Takes up the tensor of node `id` of one image, as GraphStatistics::observe, which must have
  /// accepted the values.
  void observe(graph::NodeId id, const float* values, std::int64_t count);

  /// Moves the histogram of node `id` out.
  Histogram take(graph::NodeId id);

 private:
  struct Tensor {
    std::mutex mutex;
    Histogram histogram;
  };
  std::vector<Tensor> tensors_;
};

/// The statistics of every tensor of one image, and their sum over images.
///
/// Sums are formed in one fixed order: over the positions of an image (row by row) in double per
/// channel, then over the images in the order in which they are added. They do not depend on who
/// computes which image.
class GraphStatistics {
 public:
  /// Empty statistics of the tensors of this graph.
  explicit GraphStatistics(const graph::Graph& graph);

  /// Takes up the tensor of node `id` of the image: shape.elements() values, NHWC. Each node once
  /// per image. Throws base::InputError naming the node at a value that is not finite.
  void observe(graph::NodeId id, const graph::Node& node, const float* values);

  /// Adds the statistics of one further image of the same graph.
  void add(const GraphStatistics& image);

  /// Has nothing been observed?
  bool empty() const { return tensors_.empty() || !tensors_.front().seen; }

  /// `code_bits`: of every tensor; empty: all 8. Chooses the ranges and divides the sums by the
  /// number of values, images * height * width. A calibrator that needs histograms gets them from
  /// `histograms`, which are left empty. Tensors are independent: `threads` share them.
  Calibration finish(const graph::Graph& graph, const Calibrator& calibrator, std::int64_t images,
                     GraphHistograms* histograms = nullptr,
                     const std::vector<std::int32_t>& code_bits = {}, int threads = 1) const;

 private:
  std::vector<TensorStatistics> tensors_;
};

/// The input tensor of image `index` in [0, images): height * width * channels values, NHWC;
/// nothing where the image is to be left out. Called from several threads at once, each index once.
using ImageSource = std::function<std::optional<std::vector<float>>(std::int64_t index)>;

/// Makes the ranges of the network's outputs `factor` >= 1 times as wide, each end on its own,
/// where no clamp of the network bounds it: what passes on to an output through max pooling, too.
/// Images that are unlike those of use excite the clamped tensors in between as well as any, but
/// not the outputs; a factor of 2 costs one bit of theirs and no other tensor anything.
void widen_outputs(const graph::Graph& folded, double factor, Calibration& calibration);

/// Runs the folded float network over the images and returns what it did. The result is the same
/// to the last bit for any number of threads.
///
/// `code_bits`: the width of every tensor's codes (activation_widths), for calibrators that weigh
/// what the codes lose; empty: all 8.
///
/// images >= 1, and at least one not left out (else base::InputError), threads >= 1. Errors of the
/// source and of the network (a value that is not finite: base::InputError naming the node) come
/// out unchanged, that of the first image first.
Calibration calibrate(const graph::Graph& folded, const ImageSource& source, std::int64_t images,
                      const Calibrator& calibrator, int threads,
                      const std::vector<std::int32_t>& code_bits = {});

}  // namespace npusim::quantize
