// SPDX-License-Identifier: Apache-2.0
// A quantized network as the cache keeps it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "frontend/quantize/quantize.h"

namespace npusim::compile {

std::string to_bytes(const quantize::Quantization& quantization);
/// `bytes`: of to_bytes(). Empty where they are not.
std::optional<quantize::Quantization> quantization_from_bytes(std::string_view bytes);

}  // namespace npusim::compile
