// SPDX-License-Identifier: Apache-2.0
// What error codes of the scratchpads leave of drawn flips (docs/faults.md, docs/protection.md).
#pragma once

#include <cstdint>
#include <vector>

#include "frontend/flips/flipped_program.h"
#include "frontend/graph/quantized_graph.h"
#include "sim/config/hardware_config.h"
#include "sim/faults/draw.h"
#include "sim/faults/error_code.h"
#include "sim/faults/fault_site.h"

namespace npusim::flips {

/// Flips that readers get, and what the codes told of.
struct DrawnFlips {
  std::vector<faults::FaultSite> sites;
  std::int64_t detected = 0;   // words read as wrong; their data stay as they are
  std::int64_t corrected = 0;  // words that the code changed, be it to what they were or not
};

/// Words of the DRAM image, as they lie in the weight scratchpad, and of output tensors, as they
/// lie in the activation scratchpad, each counted from the first byte.
class ProtectedWords {
 public:
  /// All of these outlive this.
  ProtectedWords(const graph::QuantizedGraph& graph, const ProgramSites& sites,
                 const config::HardwareConfig& hardware);

  /// Whether the memory of a kind has a code.
  bool protects(faults::FaultKind kind) const;

  /// Reads every word of the spaces, all of one kind, with these flips and with check bits that
  /// flip at the same rate.
  DrawnFlips read(const std::vector<faults::FaultSpace>& spaces,
                  const std::vector<faults::FaultSite>& drawn, const faults::Gaps& gaps,
                  const faults::DrawKey& key) const;

 private:
  // Of one layer and kind: the number of each word, ascending.
  std::vector<std::uint64_t> words_of(faults::FaultKind kind, std::int32_t layer) const;
  std::vector<faults::FaultSite> site_at(faults::FaultKind kind, std::int32_t layer,
                                         std::uint64_t word, std::int64_t bit) const;
  const faults::ErrorCode& code(faults::FaultKind kind) const {
    return kind == faults::FaultKind::activations ? activations_ : weights_;
  }

  const graph::QuantizedGraph& graph_;
  const ProgramSites& sites_;
  faults::ErrorCode activations_, weights_;
};

}  // namespace npusim::flips
