// SPDX-License-Identifier: Apache-2.0
// Flipped bits of the network in the Program that was compiled from it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "frontend/compile/weight_layout.h"
#include "frontend/graph/quantized_graph.h"
#include "sim/faults/fault_site.h"
#include "sim/faults/passing_flips.h"
#include "sim/isa/program.h"

namespace npusim::flips {

/// Element `element` of what an instruction writes or loads (docs/faults.md).
struct InstructionElement {
  std::size_t instruction = 0;
  std::int64_t element = 0;
};

/// Bytes [begin, end) of the DRAM image.
struct ImageRange {
  std::uint64_t begin = 0, end = 0;
};

/// Finds the network's elements in a Program of one image, and the other way round. Told from the
/// layout of the weights and from the instructions' addresses. Both must outlive this.
class ProgramSites {
 public:
  ProgramSites(const isa::Program& program, const graph::QuantizedGraph& graph);

  /// The Program with these stored bits flipped; where sums were guaranteed to fit, they wrap from
  /// now on. isa::verify may refuse it, execution is safe all the same.
  isa::Program flipped(const std::vector<faults::FaultSite>& stored) const;
  /// The bits of activations and accumulators among the sites.
  faults::PassingFlips passing(const std::vector<faults::FaultSite>& sites) const;

  /// The first instruction that writes or loads the element of a site.
  InstructionElement instruction_of(const faults::FaultSite& site) const;
  /// The other way round; `site` says kind, field and bit. Weights and biases are addressed by the
  /// PRELOAD that loads them, channel shifts and scales by what reads them, sums by their
  /// REQUANTIZE. None where the instruction has no such element.
  std::optional<faults::FaultSite> site_of(faults::FaultSite site,
                                           const InstructionElement& at) const;

  /// Bytes of the DRAM image that hold the bit, each with the bit in it: one, but for parameters
  /// that each parameter block has a copy of. None of a zero point, which instructions hold.
  struct ImageBit {
    std::uint64_t address = 0;
    int bit = 0;
  };
  std::vector<ImageBit> image_bits(const faults::FaultSite& site) const;
  /// What of the image holds a layer's stored values of one kind.
  std::vector<ImageRange> image_ranges(faults::FaultKind kind, std::int32_t layer) const;

 private:
  const std::vector<std::size_t>& instructions(std::int32_t layer) const {
    return instructions_[static_cast<std::size_t>(layer)];
  }
  const isa::TensorInfo& tensor(std::int32_t layer) const;
  std::uint64_t weight_address(const faults::FaultSite& site, int& first_bit) const;
  std::vector<std::uint64_t> parameter_addresses(const faults::FaultSite& site) const;
  InstructionElement writer_of(const faults::FaultSite& site) const;
  std::uint64_t image_address(std::size_t instruction, std::uint64_t local) const;
  std::int64_t block_begin(const faults::FaultSite& site) const;
  std::optional<std::int32_t> layer_of(std::size_t instruction) const;
  // The element of instruction i that is this stored one.
  std::optional<std::int64_t> element_in(const faults::FaultSite& site, std::size_t i) const;
  std::optional<std::int64_t> in_preload(const faults::FaultSite& site, std::size_t i) const;
  std::optional<std::int64_t> in_requantize(const faults::FaultSite& site, std::size_t i) const;
  std::optional<std::int64_t> in_vector(const faults::FaultSite& site, std::size_t i) const;
  std::optional<std::int64_t> written_element(std::int32_t layer,
                                              const InstructionElement& at) const;
  std::optional<std::int64_t> preloaded_weight(std::int32_t layer,
                                               const InstructionElement& at) const;

  const isa::Program& program_;
  const graph::QuantizedGraph& graph_;
  compile::WeightLayout layout_;
  std::vector<std::int32_t> node_of_layer_;             // of the Program's layers
  std::vector<std::size_t> layer_of_node_;              // the other way round
  std::vector<std::vector<std::size_t>> instructions_;  // by node, ascending
};

}  // namespace npusim::flips
