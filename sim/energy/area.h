// SPDX-License-Identifier: Apache-2.0
// The area of a machine by unit, and what it leaks. What is in it and what is not: docs/energy.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sim/energy/gate_counts.h"
#include "sim/energy/technology.h"

namespace npusim::energy {

/// Where energy goes and area lies.
enum class Unit : std::uint8_t {
  mac_array,
  accumulators,
  line_buffer,
  requantization,
  vector_unit,
  activation_scratchpad,
  weight_scratchpad,
  dram  // no area: another chip
};
inline constexpr std::size_t kUnits = static_cast<std::size_t>(Unit::dram) + 1;
const char* unit_name(Unit unit);  // "mac_array", ...

/// What a unit is made of.
struct Content {
  double nand2 = 0;
  std::int64_t memory_bits = 0;
};
using Contents = std::array<Content, kUnits>;
Contents contents_of(const config::HardwareConfig& hardware, const LaneNeeds& needs);

struct Area {
  std::array<std::int64_t, kUnits> square_micrometres{};  // rounded, each alone
  std::int64_t total() const;
};
Area area_of(const Contents& contents, const Technology& technology);

/// What leaks, by unit; what the technology has no leakage of counts nothing.
std::array<double, kUnits> leakage_nanowatts(const Contents& contents,
                                             const Technology& technology);

}  // namespace npusim::energy
