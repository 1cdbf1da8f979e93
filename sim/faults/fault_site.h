// SPDX-License-Identifier: Apache-2.0
// Where a bit flips, and the bits among which it is drawn (docs/faults.md).
#pragma once

#include <cstdint>
#include <vector>

#include "sim/config/faults_config.h"

namespace npusim::faults {

using config::FaultKind;
using config::ParameterField;

/// One bit of the network. Elements are counted in the network's own order:
///     weights       OHWI
///     shift_fields  output channel
///     parameters    of the field: bias, and multiplier and shift of scales per channel: output
///                   channel; a single scale, zero_point: 0; inputs of a concatenation, divisors of
///                   an average: which one; table: code + 128
///     activations, accumulators   NHWC of the layer's output
struct FaultSite {
  FaultKind kind = FaultKind::weights;
  ParameterField field = ParameterField::bias;  // of kind parameters
  std::int32_t layer = 0;                       // node of the network
  std::int64_t element = 0;
  std::int32_t bit = 0;  // from the lowest
};

inline bool operator==(const FaultSite& a, const FaultSite& b) {
  return a.kind == b.kind && a.field == b.field && a.layer == b.layer && a.element == b.element &&
         a.bit == b.bit;
}

/// The bits of one kind in one layer, of parameters those of one field: element by element, each
/// from its lowest bit up.
struct FaultSpace {
  FaultKind kind = FaultKind::weights;
  ParameterField field = ParameterField::bias;
  std::int32_t layer = 0;
  std::int64_t elements = 0;
  std::int32_t bits_per_element = 8;

  std::int64_t bits() const { return elements * bits_per_element; }
  /// number: below bits().
  FaultSite site(std::int64_t number) const {
    return {kind, field, layer, number / bits_per_element,
            static_cast<std::int32_t>(number % bits_per_element)};
  }
};

}  // namespace npusim::faults
