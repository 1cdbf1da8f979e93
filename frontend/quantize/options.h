// SPDX-License-Identifier: Apache-2.0
// What the user and the hardware ask of quantization.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "frontend/graph/quantized_graph.h"
#include "frontend/quantize/scheme.h"

namespace npusim::quantize {

inline constexpr std::int32_t kLeastWeightBits = 2;
inline constexpr std::int32_t kLeastActivationBits = 4;
inline constexpr std::int32_t kMostBits = 8;

/// Choices that belong to a layer.
struct LayerOptions {
  SchemeOptions scheme;
  std::int32_t weight_bits =
      8;  // 2..8: codes in [-(2^(b-1) - 1), 2^(b-1) - 1], one more with a zero point
  std::int32_t activation_bits = 8;  // 4..8, of the result: codes in [-2^(b-1), 2^(b-1) - 1]
};

/// An entry of the run file's `quantization.layers`: what it says holds for the layers, and the
/// inputs of the network, whose names match; what it leaves out stays as it was.
struct LayerOverride {
  std::string match;  // a name in which * stands for any text, ? for any character
  std::optional<std::string> scheme;
  std::optional<std::int32_t> field_bits;
  std::optional<ShiftRule> rule;
  std::optional<bool> symmetric;  // true where the entry names a scheme other than per_layer
  std::optional<std::int32_t> weight_bits;
  std::optional<std::int32_t> activation_bits;
};

/// The run file's `quantization` section.
struct QuantizationOptions {
  LayerOptions layers;          // of every layer that no entry of `overrides` speaks of
  bool bias_correction = true;  // rule 5
  std::vector<LayerOverride> overrides = {};  // later ones win, key by key
};

/// What the datapath offers.
struct HardwareLimits {
  std::int32_t accumulator_bits = 32;       // P, 2..32
  std::int32_t multiplier_bits = 31;        // 15 or 31
  std::int32_t field_bits = kMaxFieldBits;  // widest channel shift field, 0..4
  // Barrel shifter before the multiplier (placement `pre_multiply`) and not fused behind it. The
  // parameters are the same; the integer graph carries it to who computes.
  bool shift_before_multiply = false;
  // guaranteed: every layer is proved to fit P (rule 7); otherwise P decides nothing here, and the
  // integer graph carries both to who computes.
  graph::Overflow overflow = graph::Overflow::guaranteed;
};

}  // namespace npusim::quantize
