// SPDX-License-Identifier: Apache-2.0
// Tensors of random values, for networks that no picture means anything to.
#pragma once

#include <cstdint>
#include <memory>

#include "frontend/data/dataset.h"

namespace npusim::data {

/// `images` tensors of `elements` values each, uniform in [-1, 1) with 24 bits, drawn by SplitMix64
/// from seed and index. Their labels are 0 and mean nothing.
std::unique_ptr<Dataset> random_tensors(std::uint64_t seed, std::int64_t images,
                                        std::int64_t elements);

}  // namespace npusim::data
