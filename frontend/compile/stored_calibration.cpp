// SPDX-License-Identifier: Apache-2.0
#include "frontend/compile/stored_calibration.h"

#include <cereal/types/string.hpp>
#include <cereal/types/vector.hpp>

#include "sim/cache/archive.h"

namespace npusim {
namespace quantize {

template <typename Archive>
void serialize(Archive& archive, TensorCalibration& tensor) {
  archive(tensor.low, tensor.high, tensor.channel_mean);
}

template <typename Archive>
void serialize(Archive& archive, Calibration& calibration) {
  archive(calibration.method, calibration.images, calibration.tensors);
}

}  // namespace quantize

namespace data {

template <typename Archive>
void serialize(Archive& archive, SkippedImages& skipped) {
  archive(skipped.indices, skipped.names, skipped.reasons);
}

}  // namespace data

namespace compile {

template <typename Archive>
void serialize(Archive& archive, Calibrated& calibrated) {
  archive(calibrated.result, calibrated.skipped);
}

std::string to_bytes(const Calibrated& calibrated) { return cache::to_bytes(calibrated); }

std::optional<Calibrated> calibrated_from_bytes(std::string_view bytes) {
  return cache::from_bytes<Calibrated>(bytes);
}

}  // namespace compile
}  // namespace npusim
