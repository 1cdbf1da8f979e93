// SPDX-License-Identifier: Apache-2.0
#include "sim/energy/area.h"

#include <cmath>

#include "sim/base/math.h"
#include "sim/faults/error_code.h"

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

namespace {

/// Check bits for the whole memory, and for every word that may be accessed in a cycle an encoder
/// and a decoder.
template <typename ScratchpadConfig>
Content guarded(const ScratchpadConfig& memory, std::int64_t bytes_per_cycle) {
  constexpr std::int64_t kByteBits = 8;
  const faults::ErrorCode code = faults::error_code_of(memory);
  const CodeGates gates = code_gates(memory.protection, code.word_bits());
  const std::int64_t words_per_cycle =
      base::ceil_div(bytes_per_cycle * kByteBits, code.word_bits()) * memory.ports;
  const double word_nand2 = gates.encoder_nand2 + gates.decoder_nand2 +
                            flip_flop_nand2() * static_cast<double>(gates.decoder_register_bits);
  const std::int64_t data_bits = memory.bytes * kByteBits;
  return {static_cast<double>(words_per_cycle) * word_nand2,
          data_bits + code.check_bits_of(data_bits)};
}

}  // namespace

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
  const config::ActivationScratchpadConfig& activations = hardware.activation_scratchpad;
  at(Unit::activation_scratchpad) =
      guarded(activations, activations.banks * activations.bank_word_bytes);
  at(Unit::weight_scratchpad) = guarded(hardware.weight_scratchpad, array.columns);
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
