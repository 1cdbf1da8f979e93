// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "frontend/import/import_state.h"

namespace npusim::import {

/// Compares the shape of every imported tensor with what the ONNX library's shape inference says of
/// it, and with what the model itself declares. Only to be called where all nodes were accepted:
/// the library trusts strides and the like. Throws base::InputError naming `file` and all
/// differences.
void check_shapes_with_library(onnx::ModelProto& model, const ImportState& state,
                               const std::string& file);

}  // namespace npusim::import
