// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "scripts/train/network.h"

namespace npusim::train {

/// What a training run depends on, and nothing else.
struct Recipe {
  std::uint64_t seed = 1;
  std::int64_t steps = 2000;
  std::int64_t batch = 128;
  std::int64_t warmup_steps = 200;       ///< Linear, from 0 to `learning_rate`.
  double learning_rate = 0.1;            ///< Then half a cosine down to 0.
  double momentum = 0.9;                 ///< Nesterov's.
  double weight_decay = 1e-3;            ///< On dense and 1x1 convolutions and the classifier.
  double average_decay = 0.999;          ///< Of the moving average of the weights.
  std::int64_t statistics_batches = 40;  ///< For the final batch normalization statistics.
};

/// One layer as it is shipped: averaged weights and batch normalization, not folded.
struct TrainedLayer {
  LayerSpec spec;
  std::vector<float> weights;  ///< As Layer::weights, without the column of zeros.
  std::vector<float> gamma;
  std::vector<float> beta;
  std::vector<float> mean;
  std::vector<float> variance;
};

struct TrainedNetwork {
  std::vector<TrainedLayer> layers;
  std::vector<float> classifier_weights;  ///< [256][40]
  std::vector<float> classifier_bias;     ///< [40]
};

/// The network as it stands, with the statistics of its last batch.
TrainedNetwork snapshot(const Network& network);

/// Told after every step, before the weights change: the step from 0, the mean loss of its batch.
using Progress = std::function<void(std::int64_t step, double loss, const Network& network)>;

/// Trains on split 1 of the fractal set, every image once: run `seed` begins at image
/// seed * 2^32. At the end the averaged weights are taken
/// over and the mean and variance of every batch normalization are measured with them, over
/// `statistics_batches` further batches.
TrainedNetwork train(const Recipe& recipe, const Progress& progress);

}  // namespace npusim::train
