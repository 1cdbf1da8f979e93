// SPDX-License-Identifier: Apache-2.0
// The functions behind tables as ONNX operators. Internal to to_onnx.
#pragma once

#include <string>

#include "frontend/export/model_writer.h"
#include "frontend/graph/graph.h"

namespace npusim::exporter {

/// Writes the layer `name` from tensor `input` to tensor `output`. The identity, which is nothing
/// but another quantization, has no operator: the caller's.
void write_function(ModelWriter& model, const graph::Lookup& lookup, const std::string& name,
                    const std::string& input, const std::string& output);

}  // namespace npusim::exporter
