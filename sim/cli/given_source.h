// SPDX-License-Identifier: Apache-2.0
// What reports say of a network that is quantized already.
#pragma once

#include <string>
#include <vector>

#include "frontend/compile/pipeline.h"
#include "sim/report/report.h"

namespace npusim::cli {

/// Says in `quantization.source` and in the notes what of the quantization the model brought.
void describe_source(const compile::GivenQuantization& given, report::Quantization& quantization,
                     std::vector<std::string>& notes);

}  // namespace npusim::cli
