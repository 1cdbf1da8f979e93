// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scripts/train/folded.h"

namespace npusim::train {

enum class Scheme { kPerLayer, kShiftScaler, kPerChannel };

/// One layer in integers: y = clamp(z_y + round_shift((bias + sums) * multiplier, shift), lo, hi).
struct QuantizedLayer {
  std::vector<float> weights;  ///< Codes in [-127, 127]; shape as FoldedLayer::weights.
  std::vector<std::int64_t> bias;
  std::vector<std::int64_t> multiplier;  ///< By channel, in [2^30, 2^31).
  std::vector<std::int64_t> shift;       ///< By channel, the shift scaler's field included.
  std::int64_t in_zero = 0;
  std::int64_t out_zero = 0;
  std::int64_t low = -128;
  std::int64_t high = 127;
};

/// The whole network as an NPU would run it: int8 weights and activations, int32 accumulators, one
/// rounding a value. A quick second implementation of the quantization rules (docs/workload.md says
/// which), so that a seed can be judged right after its training.
class QuantizedNetwork {
 public:
  QuantizedNetwork(const std::vector<FoldedLayer>& layers,
                   const std::vector<TensorStatistics>& statistics, Scheme scheme,
                   bool bias_correction);

  /// The 40 logits' int8 codes, as whole numbers.
  const std::vector<float>& logits(const data::FractalImage& image);

 private:
  void pool();

  const std::vector<FoldedLayer>& layers_;
  std::vector<QuantizedLayer> quantized_;
  QuantizedLayer pool_;
  double input_scale_ = 1.0;
  std::int64_t input_zero_ = 0;
  FoldedRunner runner_;
  std::vector<float> values_;
};

}  // namespace npusim::train
