// SPDX-License-Identifier: Apache-2.0
// What the user and the hardware ask of quantization.
#pragma once

#include <cstdint>

#include "frontend/quantize/scheme.h"

namespace npusim::quantize {

/// Choices that belong to a layer.
struct LayerOptions {
  SchemeOptions scheme;
  std::int32_t weight_bits = 8;  // 2..8: codes in [-(2^(b-1) - 1), 2^(b-1) - 1]
};

/// The run file's `quantization` section. One set of layer options for all layers; choices per
/// layer name will stand beside it.
struct QuantizationOptions {
  LayerOptions layers;
  bool bias_correction = true;  // rule 5
};

/// What the datapath offers.
struct HardwareLimits {
  std::int32_t accumulator_bits = 32;       // P, 2..32; every layer is proved to fit (rule 7)
  std::int32_t multiplier_bits = 31;        // 15 or 31
  std::int32_t field_bits = kMaxFieldBits;  // widest channel shift field, 0..4
  // Barrel shifter before the multiplier (placement `pre_multiply`) and not fused behind it. The
  // parameters are the same; the integer graph carries it to who computes.
  bool shift_before_multiply = false;
};

}  // namespace npusim::quantize
