// SPDX-License-Identifier: Apache-2.0
// How far a tensor is from the one it stands for.
#pragma once

#include <cstdint>

#include "frontend/graph/graph.h"
#include "frontend/study/decibels.h"

namespace npusim::study {

/// Sums of squares over values: of the reference, and of the difference from it. They are formed in
/// double in the order in which values are added, so equal orders give equal bits.
struct Distortion {
  double signal = 0;
  double noise = 0;

  void add(double reference, double value) {
    const double difference = reference - value;
    signal += reference * reference;
    noise += difference * difference;
  }
  void add(const Distortion& other) {
    signal += other.signal;
    noise += other.noise;
  }

  /// Signal to quantization noise within +-kMostDecibels: the most also without any noise, the
  /// least where there is nothing but noise.
  double sqnr_db() const {
    if (noise == 0) return kMostDecibels;
    if (signal == 0) return -kMostDecibels;
    const double db = decibels(signal, noise);
    return db < -kMostDecibels ? -kMostDecibels : db;
  }
};

/// Of real values and the codes that stand for them.
inline Distortion distortion(const float* values, const std::int8_t* codes, std::int64_t count,
                             const graph::TensorQuantization& quantization) {
  Distortion result;
  for (std::int64_t i = 0; i < count; ++i) {
    result.add(static_cast<double>(values[i]),
               quantization.scale * static_cast<double>(codes[i] - quantization.zero_point));
  }
  return result;
}

}  // namespace npusim::study
