// SPDX-License-Identifier: Apache-2.0
// What the `faults` section of a run file says (docs/faults.md).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace npusim::config {

/// Where a bit may flip. The first three are stored values, flipped for the whole of a trial; the
/// others are flipped once in one image, anew for each.
enum class FaultKind : std::uint8_t {
  weights,
  shift_fields,  // channel shifts of the shift scaler
  parameters,    // biases, multipliers, shifts, zero points, lookup tables
  activations,   // output tensors of layers
  accumulators,  // finished sums, before they are requantized
};
inline constexpr std::size_t kFaultKinds = 5;
constexpr bool is_stored(FaultKind kind) { return kind <= FaultKind::parameters; }

/// Which of a layer's parameters. Not every layer has all of them.
enum class ParameterField : std::uint8_t {
  bias,
  multiplier,
  multiplier_b,  // of the second operand of an addition
  shift,
  zero_point,  // that the requantization adds
  table,       // of a lookup
};
inline constexpr std::size_t kParameterFields = 6;

/// In the order of the enumerations; also what a run file writes.
const std::vector<std::string>& fault_kind_names();
const std::vector<std::string>& parameter_field_names();
inline const std::string& fault_name(FaultKind kind) {
  return fault_kind_names()[static_cast<std::size_t>(kind)];
}
inline const std::string& fault_name(ParameterField field) {
  return parameter_field_names()[static_cast<std::size_t>(field)];
}

/// An entry of `sites`: bit `bit` of element `element`, of a layer or of what an instruction writes
/// or loads.
struct FaultSiteConfig {
  FaultKind kind = FaultKind::weights;
  std::optional<ParameterField> field;      // of kind parameters, and only there
  std::optional<std::string> layer;         // either this
  std::optional<std::int64_t> instruction;  // or this
  std::int64_t element = 0;
  std::int64_t bit = 0;
  std::string place;  // "file:line:col" or the flag, for refusals that need the network
  std::string key;    // "faults.sites[2]"
};

struct FaultsConfig {
  std::vector<FaultKind> kinds;  // ascending, without repetition, not empty
  std::vector<double> rates;     // in [0, 1], ascending, without repetition; empty with sites
  std::int64_t trials = 20;      // at least 2: draws of each kind and rate
  std::int64_t seed = 1;
  std::int64_t images = 200;        // the first so many of the data set
  std::int64_t single_flips = 2;    // drawn in each layer and kind, each on its own; 0: none
  std::vector<std::string> layers;  // patterns (* any text, ? any character); empty: all
  std::string layers_place;         // as FaultSiteConfig::place
  std::vector<FaultSiteConfig> sites;

  bool is_drawn() const { return sites.empty(); }
};

}  // namespace npusim::config
