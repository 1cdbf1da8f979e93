// SPDX-License-Identifier: Apache-2.0
#include "scripts/train/trainer.h"

#include <algorithm>
#include <cstddef>

#include "frontend/data/fractal.h"
#include "scripts/train/real_math.h"

namespace npusim::train {
namespace {

constexpr std::uint64_t kTrainingSplit = 1;
constexpr std::int64_t kImagesPerRun = std::int64_t{1} << 32U;

/// A batch of pictures, scaled to [-1, 1].
class BatchSource {
 public:
  BatchSource(std::uint64_t seed, std::int64_t batch)
      : set_(kTrainingSplit, kImageSize),
        next_(static_cast<std::int64_t>(seed) * kImagesPerRun),
        images(static_cast<std::size_t>(batch * kImageSize * kImageSize * kImageChannels)),
        labels(static_cast<std::size_t>(batch)) {}

  void draw_next() {
    float* to = images.data();
    for (std::int64_t& label : labels) {
      set_.draw(next_++, image_);
      label = image_.label;
      for (const std::uint8_t level : image_.rgb) {
        *to++ = (static_cast<float>(level) - 127.5F) / 127.5F;
      }
    }
  }

 private:
  data::FractalSet set_;
  data::FractalImage image_;
  std::int64_t next_;

 public:
  std::vector<float> images;
  std::vector<std::int64_t> labels;
};

double learning_rate(const Recipe& recipe, std::int64_t step) {
  if (step < recipe.warmup_steps) {
    return recipe.learning_rate * static_cast<double>(step + 1) /
           static_cast<double>(recipe.warmup_steps);
  }
  const double done = static_cast<double>(step - recipe.warmup_steps) /
                      static_cast<double>(recipe.steps - recipe.warmup_steps);
  return recipe.learning_rate * 0.5 * (1.0 + cosine_of_pi(done));
}

/// Nesterov: velocity = momentum * velocity + g, value -= rate * (g + momentum * velocity).
void update(Parameter& parameter, const Recipe& recipe, double rate, std::int64_t step) {
  const auto eta = static_cast<float>(rate);
  const auto momentum = static_cast<float>(recipe.momentum);
  const float decay = parameter.decays ? static_cast<float>(recipe.weight_decay) : 0.0F;
  const double warm = static_cast<double>(step + 1) / static_cast<double>(step + 10);
  const float keep = static_cast<float>(std::min(recipe.average_decay, warm));
  const float take = 1.0F - keep;
  for (std::size_t i = 0; i < parameter.value.size(); ++i) {
    const float gradient = parameter.gradient[i] + decay * parameter.value[i];
    const float velocity = momentum * parameter.velocity[i] + gradient;
    parameter.velocity[i] = velocity;
    parameter.value[i] -= eta * (gradient + momentum * velocity);
    parameter.average[i] = keep * parameter.average[i] + take * parameter.value[i];
  }
}

}  // namespace

TrainedNetwork snapshot(const Network& network) {
  TrainedNetwork result;
  for (const Layer& layer : network.layers()) {
    TrainedLayer trained;
    trained.spec = layer.spec;
    trained.weights = layer.weights.value;
    if (layer.spec.kind == LayerKind::kConv) {
      trained.weights.resize(static_cast<std::size_t>(27 * layer.spec.out_channels));
    }
    trained.gamma = layer.gamma.value;
    trained.beta = layer.beta.value;
    trained.mean = layer.mean;
    trained.variance = layer.variance;
    result.layers.push_back(trained);
  }
  result.classifier_weights = network.classifier_weights().value;
  result.classifier_bias = network.classifier_bias().value;
  return result;
}

namespace {

void to_float(const std::vector<double>& from, std::vector<float>& to) {
  for (std::size_t i = 0; i < from.size(); ++i) to[i] = static_cast<float>(from[i]);
}

/// snapshot() with each mean and variance averaged over further batches.
TrainedNetwork with_measured_statistics(Network& network, BatchSource& source,
                                        std::int64_t batches) {
  std::vector<std::vector<double>> means(network.layers().size());
  std::vector<std::vector<double>> variances(network.layers().size());
  const auto add_share = [&](std::vector<double>& sums, const std::vector<float>& values) {
    sums.resize(values.size());
    for (std::size_t c = 0; c < values.size(); ++c) {
      sums[c] += static_cast<double>(values[c]) / static_cast<double>(batches);
    }
  };
  for (std::int64_t batch = 0; batch < batches; ++batch) {
    source.draw_next();
    network.forward(source.images);
    for (std::size_t i = 0; i < network.layers().size(); ++i) {
      add_share(means[i], network.layers()[i].mean);
      add_share(variances[i], network.layers()[i].variance);
    }
  }
  TrainedNetwork result = snapshot(network);
  for (std::size_t i = 0; i < result.layers.size(); ++i) {
    to_float(means[i], result.layers[i].mean);
    to_float(variances[i], result.layers[i].variance);
  }
  return result;
}

}  // namespace

TrainedNetwork train(const Recipe& recipe, const Progress& progress) {
  Network network(recipe.batch, recipe.seed);
  BatchSource source(recipe.seed, recipe.batch);
  for (std::int64_t step = 0; step < recipe.steps; ++step) {
    source.draw_next();
    network.forward(source.images);
    const double loss = network.backward(source.images, source.labels);
    progress(step, loss, network);
    const double rate = learning_rate(recipe, step);
    for (Parameter* parameter : network.parameters()) update(*parameter, recipe, rate, step);
  }
  for (Parameter* parameter : network.parameters()) parameter->value = parameter->average;
  return with_measured_statistics(network, source, recipe.statistics_batches);
}

}  // namespace npusim::train
