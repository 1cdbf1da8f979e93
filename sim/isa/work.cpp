// SPDX-License-Identifier: Apache-2.0
#include "sim/isa/work.h"

#include <algorithm>

#include "sim/base/checked.h"
#include "sim/isa/folds.h"

namespace npusim::isa {
namespace {

std::uint64_t product(std::uint64_t a, std::uint64_t b, std::uint64_t c) {
  return base::saturated_multiply(base::saturated_multiply(a, b), c);
}

std::uint64_t steps(const End&) { return 0; }
std::uint64_t steps(const Dma& f) { return product(f.bytes, f.count1, f.count2); }
std::uint64_t steps(const Preload& f) {
  return product(f.k_end - std::min(f.k_begin, f.k_end), f.columns, 1);
}
std::uint64_t steps(const Matmul& f) {
  return product(f.k_end - std::min(f.k_begin, f.k_end), f.columns, f.pixels);
}
std::uint64_t steps(const Requantize& f) { return product(f.columns, f.pixels, 1); }
std::uint64_t steps(const Pool& f) {
  const std::uint64_t cells = std::uint64_t{std::min(f.kernel_h, f.in_height)} *
                              std::uint64_t{std::min(f.kernel_w, f.in_width)};
  return product(cells, f.pixels, f.channels);
}
std::uint64_t steps(const Elementwise& f) { return product(f.pixels, f.channels, 1); }

}  // namespace

std::uint64_t steps_of(const Instruction& instruction) {
  return std::visit([](const auto& f) { return steps(f); }, instruction.fields);
}

std::int64_t folds_of(const Preload& f, std::int64_t array_rows) {
  return f.k_end <= f.k_begin ? 0 : fold_count(f, array_rows);
}

}  // namespace npusim::isa
