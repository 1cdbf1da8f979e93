// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "scripts/train/trainer.h"

namespace npusim::train {

/// Writes the network as ONNX, opset 13: Conv without bias, BatchNormalization (not folded) and
/// Clip for each layer, then GlobalAveragePool, Flatten and Gemm; input `input`, 1x3x64x64 float32,
/// output `logits`, 1x40. Checked by the ONNX library before it is written. `description` becomes
/// the model's doc_string. Throws std::runtime_error when the file cannot be written.
void write_onnx(const TrainedNetwork& network, const std::string& description,
                const std::string& path);

}  // namespace npusim::train
