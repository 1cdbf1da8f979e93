// SPDX-License-Identifier: Apache-2.0
// What the ONNX library says of a model whose nodes were all accepted here.
#pragma once

#include <string>

#include "frontend/import/import_state.h"

namespace npusim::import {

/// Compares the shape of every imported tensor with what the model itself declares, then runs the
/// library's checker (structure, attributes) and its shape inference, and compares with that. Only
/// to be called where all nodes were accepted: the library trusts strides and the like. Takes the
/// weights out of the model, which neither needs. Throws base::InputError naming `file`; all
/// differences at once, but the library stops at its first error.
void check_with_library(onnx::ModelProto& model, const ImportState& state, const std::string& file);

}  // namespace npusim::import
