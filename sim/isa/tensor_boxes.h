// SPDX-License-Identifier: Apache-2.0
// Which elements of a dense tensor a region of its memory holds, told from addresses alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/isa/regions.h"

namespace npusim::isa {

/// Rows [rows[0], rows[1]), columns and channels likewise; none is empty.
struct Box {
  std::int64_t rows[2] = {0, 0}, columns[2] = {0, 0}, channels[2] = {0, 0};
  std::int64_t elements() const {
    return (rows[1] - rows[0]) * (columns[1] - columns[0]) * (channels[1] - channels[0]);
  }
};

/// Boxes that together are exactly the elements in the region, at most three: a box, or a run of
/// pixels that begins or ends within a row. Empty where the region is neither or reaches out of the
/// tensor. Takes any region and any tensor.
std::vector<Box> boxes_of(const Region& region, const TensorInfo& tensor);

/// The one box that these are together: `boxes` cleared to nothing where they are none, or where
/// two share an element.
void unite(std::vector<Box>& boxes);

/// "rows 0-7, columns 0-63, channels 0-31": first and last.
std::string box_text(const Box& box);

}  // namespace npusim::isa
