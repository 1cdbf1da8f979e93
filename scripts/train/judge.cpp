// SPDX-License-Identifier: Apache-2.0
#include "scripts/train/judge.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "scripts/train/folded.h"
#include "scripts/train/quantized.h"

namespace npusim::train {
namespace {

constexpr std::uint64_t kAccuracySplit = 2;
constexpr std::uint64_t kCalibrationSplit = 3;
constexpr std::int64_t kCalibrationImages = 64;

struct Candidate {
  const char* name;
  Scheme scheme;
  bool bias_correction;
};

constexpr Candidate kCandidates[] = {
    {"per_layer", Scheme::kPerLayer, false},       {"per_layer_bc", Scheme::kPerLayer, true},
    {"shift_scaler", Scheme::kShiftScaler, false}, {"shift_scaler_bc", Scheme::kShiftScaler, true},
    {"per_channel", Scheme::kPerChannel, false},   {"per_channel_bc", Scheme::kPerChannel, true}};

}  // namespace

std::vector<Score> judge(const TrainedNetwork& network, std::int64_t images) {
  const std::vector<FoldedLayer> layers = fold(network);
  const auto statistics = calibrate(layers, kCalibrationSplit, kCalibrationImages);
  FloatNetwork real(layers);
  std::vector<QuantizedNetwork> integer;
  std::vector<Score> scores{{"float", 0.0}};
  for (const Candidate& candidate : kCandidates) {
    integer.emplace_back(layers, statistics, candidate.scheme, candidate.bias_correction);
    scores.push_back({candidate.name, 0.0});
  }
  const data::FractalSet set(kAccuracySplit, kImageSize);
  data::FractalImage image;
  const double share = 1.0 / static_cast<double>(images);
  std::vector<std::int64_t> hits(scores.size(), 0);
  for (std::int64_t i = 0; i < images; ++i) {
    set.draw(i, image);
    if (best_class(real.logits(image, nullptr)) == image.label) ++hits[0];
    for (std::size_t c = 0; c < integer.size(); ++c) {
      if (best_class(integer[c].logits(image)) == image.label) ++hits[c + 1];
    }
  }
  for (std::size_t s = 0; s < scores.size(); ++s) {
    scores[s].top1 = static_cast<double>(hits[s]) * share;
  }
  return scores;
}

Spread widest_spread(const TrainedNetwork& network) {
  Spread widest;
  for (const FoldedLayer& layer : fold(network)) {
    const auto channels = static_cast<std::size_t>(layer.channels());
    std::vector<double> greatest(channels, 0.0);
    for (std::size_t i = 0; i < layer.weights.size(); ++i) {
      double& own = greatest[i % channels];
      own = std::max(own, std::fabs(layer.weights[i]));
    }
    std::sort(greatest.begin(), greatest.end());
    const double quotient = greatest.back() / greatest[channels / 2];
    if (quotient > widest.quotient) widest = {layer.spec.name, quotient};
  }
  return widest;
}

}  // namespace npusim::train
