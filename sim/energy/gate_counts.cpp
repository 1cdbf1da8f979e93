// SPDX-License-Identifier: Apache-2.0
#include "sim/energy/gate_counts.h"

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

#include "sim/base/errors.h"
#include "sim/config/yaml_reader.h"
#include "sim/energy/gates_yaml.h"

namespace npusim::energy {
namespace {

using config::YamlMap;

enum Scheme : std::size_t { per_layer, shift_scaler, per_channel };

struct Lane {
  std::size_t scheme = per_layer;
  std::int64_t field_bits = 0;
  std::size_t placement = 0;
  std::int64_t multiplier_bits = 0, accumulator_bits = 0;
  double multiplier_nand2 = 0, nand2 = 0;
};

/// A multiplier of a x b bits, an adder or a shifter of a bits (b: of the shift).
struct Part {
  std::int64_t a_bits = 0, b_bits = 0;
  double nand2 = 0;
};

struct Code {
  config::Protection protection = config::Protection::none;
  std::int64_t word_bits = 0;
  double encoder_nand2 = 0, decoder_nand2 = 0;
};

struct GateCounts {
  double flip_flop = 0;
  std::vector<Code> codes;
  std::vector<Lane> lanes;
  std::vector<Part> multipliers, adders, shifters;
};

const config::RealRule kCount{0, 1e9};
const config::IntegerRule kBits{0, 128};

template <typename Entry, typename Read>
std::vector<Entry> entries(YamlMap& root, const std::string& key, const Read& read) {
  std::vector<Entry> found;
  const config::YamlNode* list = root.require(key, "a list");
  if (list == nullptr) return found;
  for (const config::YamlNode& item : list->items) {
    YamlMap map(item, key, root.errors());
    found.push_back(read(map));
    map.refuse_unknown_keys();
  }
  return found;
}

Lane read_lane(YamlMap& map) {
  Lane lane;
  lane.scheme = map.choice("scheme", {"per_layer", "shift_scaler", "per_channel"});
  lane.field_bits = map.integer("field_bits", kBits);
  lane.placement = map.choice("placement", {"fused", "pre_multiply"});
  lane.multiplier_bits = map.integer("multiplier_bits", kBits);
  lane.accumulator_bits = map.integer("accumulator_bits", kBits);
  lane.multiplier_nand2 = map.real("multiplier_gates", kCount);
  lane.nand2 = map.real("nand2", kCount);
  for (const char* shown : {"other_gates", "pipeline_register_bits", "own_register_bits"})
    map.real(shown, kCount);
  return lane;
}

GateCounts read_counts() {
  base::ErrorList errors;
  const config::YamlNode tree = config::parse_yaml(kGatesYaml, "gates.yaml", errors);
  YamlMap root(tree, "", errors);
  GateCounts counts;
  root.text("source", "where the counts are from");
  counts.flip_flop = root.real("flip_flop_nand2", kCount);
  counts.lanes = entries<Lane>(root, "lanes", read_lane);
  counts.multipliers = entries<Part>(root, "multipliers", [](YamlMap& map) {
    return Part{map.integer("a_bits", kBits), map.integer("b_bits", kBits),
                map.real("nand2", kCount)};
  });
  counts.adders = entries<Part>(root, "adders", [](YamlMap& map) {
    return Part{map.integer("bits", kBits), 0, map.real("nand2", kCount)};
  });
  counts.shifters = entries<Part>(root, "shifters", [](YamlMap& map) {
    return Part{map.integer("bits", kBits), map.integer("shift_bits", kBits),
                map.real("nand2", kCount)};
  });
  counts.codes = entries<Code>(root, "codes", [](YamlMap& map) {
    const auto kind = map.choice("protection", {"none", "parity", "secded"});
    return Code{static_cast<config::Protection>(kind), map.integer("word_bits", kBits),
                map.real("encoder_nand2", kCount), map.real("decoder_nand2", kCount)};
  });
  root.refuse_unknown_keys();
  if (!errors.empty()) throw base::InternalError(errors.messages().front());
  return counts;
}

const GateCounts& gate_counts() {
  static const GateCounts counts = read_counts();
  return counts;
}

[[noreturn]] void missing(const std::string& what) {
  throw base::InternalError("gates.yaml: no " + what);
}

double exact(const std::vector<Part>& parts, std::int64_t a_bits, std::int64_t b_bits) {
  for (const Part& part : parts) {
    if (part.a_bits == a_bits && part.b_bits == b_bits) return part.nand2;
  }
  missing("part of " + std::to_string(a_bits) + " x " + std::to_string(b_bits) + " bits");
}

/// Linear in the bits between the entries around them.
template <typename Entry, typename Bits, typename Value>
double between(const std::vector<Entry>& all, std::int64_t bits, const Bits& bits_of,
               const Value& value_of) {
  const Entry* below = nullptr;
  const Entry* above = nullptr;
  for (const Entry& entry : all) {
    const std::int64_t at = bits_of(entry);
    if (at <= bits && (below == nullptr || at > bits_of(*below))) below = &entry;
    if (at >= bits && (above == nullptr || at < bits_of(*above))) above = &entry;
  }
  if (below == nullptr || above == nullptr) missing("entry around " + std::to_string(bits));
  if (below == above) return value_of(*below);
  const double share = static_cast<double>(bits - bits_of(*below)) /
                       static_cast<double>(bits_of(*above) - bits_of(*below));
  return value_of(*below) + (value_of(*above) - value_of(*below)) * share;
}

/// The synthesized lanes of one kind, of every accumulator width.
std::vector<Lane> lanes_of(const config::RequantizationConfig& unit, std::size_t scheme,
                           std::int64_t field_bits) {
  const std::size_t placement =
      scheme == shift_scaler ? static_cast<std::size_t>(unit.placement) : 0;
  std::vector<Lane> found;
  for (const Lane& lane : gate_counts().lanes) {
    if (lane.scheme == scheme && lane.field_bits == field_bits && lane.placement == placement &&
        lane.multiplier_bits == unit.multiplier_bits) {
      found.push_back(lane);
    }
  }
  return found;
}

double lane_value(const std::vector<Lane>& lanes, std::int64_t accumulator_bits,
                  double Lane::*value) {
  return between(
      lanes, accumulator_bits, [](const Lane& lane) { return lane.accumulator_bits; },
      [value](const Lane& lane) { return lane.*value; });
}

}  // namespace

double adder_nand2(std::int64_t bits) {
  return between(
      gate_counts().adders, bits, [](const Part& part) { return part.a_bits; },
      [](const Part& part) { return part.nand2; });
}

double flip_flop_nand2() { return gate_counts().flip_flop; }

CodeGates code_gates(config::Protection protection, std::int64_t word_bits) {
  if (protection == config::Protection::none) return {};
  for (const Code& code : gate_counts().codes) {
    if (code.protection != protection || code.word_bits != word_bits) continue;
    const bool waits = protection == config::Protection::secded;
    return {code.encoder_nand2, code.decoder_nand2, waits ? word_bits : 0};
  }
  missing("code of words of " + std::to_string(word_bits) + " bits");
}

LaneNeeds lane_needs(const isa::Program& program) {
  LaneNeeds needs;
  for (const isa::Instruction& instruction : program.instructions) {
    const auto* r = std::get_if<isa::Requantize>(&instruction.fields);
    if (r == nullptr) continue;
    needs.field_bits = std::max<std::int64_t>(needs.field_bits, r->field_bits);
    needs.per_channel = needs.per_channel || r->per_channel;
  }
  return needs;
}

LaneGates lane_gates(const config::RequantizationConfig& unit, std::int64_t accumulator_bits,
                     const LaneNeeds& needs) {
  const std::vector<Lane> plain = lanes_of(unit, per_layer, 0);
  const auto area = [&](const std::vector<Lane>& lanes) {
    return lane_value(lanes, accumulator_bits, &Lane::nand2);
  };
  const double base = area(plain);
  LaneGates gates{base, lane_value(plain, accumulator_bits, &Lane::multiplier_nand2)};
  if (needs.field_bits > 0)
    gates.nand2 += area(lanes_of(unit, shift_scaler, needs.field_bits)) - base;
  if (needs.per_channel) gates.nand2 += area(lanes_of(unit, per_channel, 0)) - base;
  return gates;
}

double array_cell_nand2(const config::MacArrayConfig& array) {
  constexpr double kOperandRegisterBits = 8 + 8 + 8;  // input, weight, next weight
  const bool drains = array.dataflow == config::Dataflow::output_stationary;
  const double sum_bits = static_cast<double>(array.accumulator_bits) * (drains ? 2 : 1);
  return exact(gate_counts().multipliers, 8, 8) + adder_nand2(array.accumulator_bits) +
         gate_counts().flip_flop * (kOperandRegisterBits + sum_bits);
}

double vector_lane_nand2(const config::VectorUnitConfig& vector) {
  const GateCounts& counts = gate_counts();
  constexpr std::int64_t kSumBits = 42;
  constexpr std::int64_t kShifted = 62;
  const double registers = static_cast<double>(kSumBits * vector.pipeline_depth_cycles);
  return exact(counts.multipliers, 18, 32) + exact(counts.multipliers, 9, 32) +
         exact(counts.multipliers, 9, 9) + adder_nand2(kSumBits) +
         exact(counts.shifters, kShifted, 6) + counts.flip_flop * registers;
}

}  // namespace npusim::energy
