// SPDX-License-Identifier: Apache-2.0
#include "sim/energy/area.h"

#include <cmath>

namespace npusim::energy {

const char* unit_name(Unit unit) {
  switch (unit) {
    case Unit::mac_array:
      return "mac_array";
    case Unit::accumulators:
      return "accumulators";
    case Unit::line_buffer:
      return "line_buffer";
    case Unit::requantization:
      return "requantization";
    case Unit::vector_unit:
      return "vector_unit";
    case Unit::activation_scratchpad:
      return "activation_scratchpad";
    case Unit::weight_scratchpad:
      return "weight_scratchpad";
    case Unit::dram:
      break;
  }
  return "dram";
}

Contents contents_of(const config::HardwareConfig& hardware, const LaneNeeds& needs) {
  constexpr std::int64_t kByteBits = 8;
  constexpr std::int64_t kTableBits = 256 * kByteBits;
  const config::MacArrayConfig& array = hardware.mac_array;
  Contents contents;
  const auto at = [&](Unit unit) -> Content& { return contents[static_cast<std::size_t>(unit)]; };
  at(Unit::mac_array).nand2 =
      static_cast<double>(array.rows * array.columns) * array_cell_nand2(array);
  at(Unit::accumulators).memory_bits =
      array.accumulator_rows * array.columns * array.accumulator_bits;
  at(Unit::line_buffer).memory_bits = hardware.feeder.line_buffer_bytes * kByteBits;
  at(Unit::requantization).nand2 =
      static_cast<double>(hardware.requantization.lanes) *
      lane_gates(hardware.requantization, array.accumulator_bits, needs).nand2;
  at(Unit::vector_unit) = {
      static_cast<double>(hardware.vector_unit.lanes) * vector_lane_nand2(hardware.vector_unit),
      hardware.vector_unit.lanes * kTableBits};
  at(Unit::activation_scratchpad).memory_bits = hardware.activation_scratchpad.bytes * kByteBits;
  at(Unit::weight_scratchpad).memory_bits = hardware.weight_scratchpad.bytes * kByteBits;
  return contents;
}

std::int64_t Area::total() const {
  std::int64_t sum = 0;
  for (const std::int64_t area : square_micrometres) sum += area;
  return sum;
}

Area area_of(const Contents& contents, const Technology& technology) {
  Area area;
  for (std::size_t u = 0; u < kUnits; ++u) {
    const double square_micrometres =
        contents[u].nand2 * technology.gate_square_micrometres +
        static_cast<double>(contents[u].memory_bits) * technology.sram_bit_square_micrometres;
    area.square_micrometres[u] = std::llround(square_micrometres);
  }
  return area;
}

std::array<double, kUnits> leakage_nanowatts(const Contents& contents,
                                             const Technology& technology) {
  std::array<double, kUnits> leakage{};
  for (std::size_t u = 0; u < kUnits; ++u) {
    leakage[u] = contents[u].nand2 * technology.gate_leakage_nanowatts.value_or(0) +
                 static_cast<double>(contents[u].memory_bits) *
                     technology.sram_bit_leakage_nanowatts.value_or(0);
  }
  return leakage;
}

}  // namespace npusim::energy
