// SPDX-License-Identifier: Apache-2.0
#include "sim/energy/estimate.h"

#include <algorithm>
#include <cmath>

#include "sim/base/math.h"
#include "sim/energy/work.h"
#include "sim/faults/error_code.h"

namespace npusim::energy {
namespace {

constexpr std::int64_t kCodeBits = 8;
constexpr std::int64_t kDifferenceBits = 9;  // of a code less its zero point
constexpr std::int64_t kSumBits = 32;
constexpr std::int64_t kScaleBits = 32;
constexpr std::int64_t kTableBytes = 256;

/// A price in attojoules: whole, so that a count times it is exact.
std::int64_t attojoules(double picojoules) { return std::llround(picojoules * 1e6); }

/// count * price in whole picojoules, rounded; without an overflow before the result's own.
std::int64_t picojoules(std::int64_t count, std::int64_t attojoules_each) {
  constexpr std::int64_t kEach = 1'000'000;
  const std::int64_t whole = count / kEach;
  const std::int64_t rest = count % kEach;
  return whole * attojoules_each + (rest * attojoules_each + kEach / 2) / kEach;
}

/// Attojoules of one of each.
struct Prices {
  std::array<std::int64_t, isa::kMostWeightBits + 1> mac{};  // by bits of the weight
  std::int64_t loaded_weight_bit = 0;
  std::int64_t accumulator_access = 0;
  std::int64_t line_buffer_byte = 0, activation_byte = 0, weight_byte = 0, dram_byte = 0;
  std::int64_t requantization = 0;
  std::int64_t comparison = 0, cell_addition = 0, average = 0;
  std::int64_t addition = 0, multiplication = 0, rescaling = 0, lookup = 0;
};

/// A lane's gates switch as its multiplier's do.
double requantization_picojoules(const config::HardwareConfig& hardware, const LaneNeeds& needs,
                                 const Technology& technology) {
  const std::int64_t accumulator_bits = hardware.mac_array.accumulator_bits;
  const LaneGates gates = lane_gates(hardware.requantization, accumulator_bits, needs);
  return multiply_picojoules(technology, accumulator_bits,
                             hardware.requantization.multiplier_bits) *
         (gates.nand2 / gates.multiplier_nand2);
}

/// Of a byte of a memory whose words may be protected: its share of the check bits, and of a
/// decoder, whose gates are taken to switch as an adder's do. Encoders have fewer gates; reads and
/// writes cost the same here.
template <typename ScratchpadConfig>
double guarded_byte_picojoules(const ScratchpadConfig& memory, const Technology& t) {
  const double byte = sram_byte_picojoules(t, std::max<std::int64_t>(1, memory.bytes));
  const faults::ErrorCode code = faults::error_code_of(memory);
  const CodeGates gates = code_gates(memory.protection, code.word_bits());
  const double gate = add_picojoules(t, kSumBits) / adder_nand2(kSumBits);
  const double word =
      gates.decoder_nand2 * gate +
      static_cast<double>(gates.decoder_register_bits) * t.register_bit_picojoules.value_or(0);
  const auto word_bits = static_cast<double>(code.word_bits());
  return byte * (static_cast<double>(code.stored_bits()) / word_bits) +
         word * (static_cast<double>(kCodeBits) / word_bits);
}

Prices prices_of(const isa::Program& program, const LaneNeeds& needs, const Technology& t) {
  const config::HardwareConfig& hardware = program.hardware;
  const config::MacArrayConfig& array = hardware.mac_array;
  const auto memory_byte = [&](std::int64_t bytes) {
    return sram_byte_picojoules(t, std::max<std::int64_t>(1, bytes));
  };
  const double register_bit = t.register_bit_picojoules.value_or(0);
  const auto registers = static_cast<double>(kCodeBits + array.accumulator_bits);
  Prices prices;
  for (std::size_t bits = isa::kLeastWeightBits; bits < prices.mac.size(); ++bits) {
    prices.mac[bits] = attojoules(
        multiply_picojoules(t, static_cast<std::int64_t>(bits), program.metadata.activation_bits) +
        add_picojoules(t, array.accumulator_bits) + register_bit * registers);
  }
  prices.loaded_weight_bit = attojoules(2 * register_bit);  // waiting, then used
  const std::int64_t column_bits = array.accumulator_rows * array.accumulator_bits;
  prices.accumulator_access =
      attojoules(memory_byte(base::ceil_div(column_bits, kCodeBits)) *
                 static_cast<double>(array.accumulator_bits) / static_cast<double>(kCodeBits));
  prices.line_buffer_byte =
      attojoules(memory_byte(hardware.feeder.line_buffer_bytes / array.columns));
  prices.activation_byte = attojoules(guarded_byte_picojoules(hardware.activation_scratchpad, t));
  prices.weight_byte = attojoules(guarded_byte_picojoules(hardware.weight_scratchpad, t));
  prices.dram_byte = attojoules(t.dram_byte_picojoules);
  prices.requantization = attojoules(requantization_picojoules(hardware, needs, t));
  const double scaling = multiply_picojoules(t, kDifferenceBits, kScaleBits);
  prices.comparison = attojoules(add_picojoules(t, kCodeBits));
  prices.cell_addition = attojoules(add_picojoules(t, kSumBits));
  prices.average = attojoules(multiply_picojoules(t, kSumBits, kScaleBits));
  prices.addition = attojoules(2 * scaling + add_picojoules(t, kSumBits));
  prices.multiplication = attojoules(multiply_picojoules(t, kDifferenceBits, kDifferenceBits) +
                                     multiply_picojoules(t, 2 * kDifferenceBits, kScaleBits));
  prices.rescaling = attojoules(scaling);
  prices.lookup = attojoules(memory_byte(kTableBytes));
  return prices;
}

/// A layer's dynamic energy. `dram_bytes`: with the fetch of its instructions.
ByUnit dynamic_energy(const Work& work, std::int64_t dram_bytes, const Prices& prices) {
  ByUnit energy{};
  const auto put = [&](Unit unit, std::int64_t count, std::int64_t price) {
    energy[static_cast<std::size_t>(unit)].dynamic_picojoules += picojoules(count, price);
  };
  for (std::size_t bits = 0; bits < prices.mac.size(); ++bits)
    put(Unit::mac_array, work.macs[bits], prices.mac[bits]);
  put(Unit::mac_array, work.loaded_weight_bits, prices.loaded_weight_bit);
  put(Unit::accumulators, work.accumulator_accesses, prices.accumulator_access);
  put(Unit::line_buffer, work.line_buffer_bytes, prices.line_buffer_byte);
  put(Unit::requantization, work.requantizations, prices.requantization);
  put(Unit::vector_unit, work.comparisons, prices.comparison);
  put(Unit::vector_unit, work.cell_additions, prices.cell_addition);
  put(Unit::vector_unit, work.averages, prices.average);
  put(Unit::vector_unit, work.additions, prices.addition);
  put(Unit::vector_unit, work.multiplications, prices.multiplication);
  put(Unit::vector_unit, work.rescalings, prices.rescaling);
  put(Unit::vector_unit, work.lookups, prices.lookup);
  put(Unit::activation_scratchpad,
      work.activation_scratchpad_bytes + work.activation_bytes_read_to_write,
      prices.activation_byte);
  put(Unit::weight_scratchpad, work.weight_scratchpad_bytes + work.weight_bytes_read_to_write,
      prices.weight_byte);
  put(Unit::dram, dram_bytes, prices.dram_byte);
  return energy;
}

/// Picojoules that leak until a cycle, from reset. Never less for a later one, so that what leaks
/// in a layer is the difference between its end and its begin.
std::int64_t leaked_picojoules(double nanowatts, std::int64_t cycle, std::int64_t clock_hz) {
  constexpr double kPicojoulesPerNanojoule = 1000;
  return static_cast<std::int64_t>(
      std::floor(nanowatts * kPicojoulesPerNanojoule * static_cast<double>(cycle) /
                 static_cast<double>(clock_hz)));
}

}  // namespace

Picojoules sum_of(const ByUnit& units) {
  Picojoules sum;
  for (const Picojoules& unit : units) {
    sum.dynamic_picojoules += unit.dynamic_picojoules;
    sum.static_picojoules += unit.static_picojoules;
  }
  return sum;
}

Estimate estimate(const isa::Program& program, const stats::SimulationResult& result,
                  const Technology& technology) {
  const LaneNeeds needs = lane_needs(program);
  const Contents contents = contents_of(program.hardware, needs);
  const std::array<double, kUnits> leakage = leakage_nanowatts(contents, technology);
  const Prices prices = prices_of(program, needs, technology);
  const std::vector<Work> work = work_of(program);

  Estimate estimate;
  estimate.technology = technology.name;
  estimate.not_counted = technology.not_counted();
  estimate.area = area_of(contents, technology);
  // The last block of instructions may be fetched in part for nothing; that is the last layer's.
  std::int64_t unused_bytes = result.dram.instruction_bytes;
  for (const Work& layer : work) unused_bytes -= layer.instruction_bytes;
  std::int64_t begin = 0;  // cycle
  for (std::size_t l = 0; l < work.size(); ++l) {
    const stats::LayerResult& measured = result.layers.at(l);
    const std::int64_t dram_bytes = measured.dram_read_bytes + measured.dram_write_bytes +
                                    work[l].instruction_bytes +
                                    (l + 1 == work.size() ? unused_bytes : 0);
    ByUnit energy = dynamic_energy(work[l], dram_bytes, prices);
    const std::int64_t end = begin + measured.cycles;
    for (std::size_t u = 0; u < kUnits; ++u) {
      const auto leaked = [&](std::int64_t cycle) {
        return leaked_picojoules(leakage[u], cycle, program.hardware.clock_hz);
      };
      energy[u].static_picojoules = leaked(end) - leaked(begin);
      estimate.units[u].dynamic_picojoules += energy[u].dynamic_picojoules;
      estimate.units[u].static_picojoules += energy[u].static_picojoules;
    }
    estimate.layers.push_back(energy);
    begin = end;
  }
  return estimate;
}

}  // namespace npusim::energy
