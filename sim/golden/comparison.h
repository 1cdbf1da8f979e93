// SPDX-License-Identifier: Apache-2.0
// What differs between what a run came to and what its golden case says.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/golden/case_file.h"
#include "sim/golden/results.h"
#include "sim/report/difference.h"

namespace npusim::golden {

/// A section of the Program; a side that lacks it has nothing.
struct SectionChange {
  std::string name;
  std::optional<std::int64_t> before_bytes, after_bytes;
};

/// A tensor whose codes are others.
struct TensorChange {
  std::string layer, kind;
  std::size_t image = 0;
  double mean_before = 0, mean_after = 0;  // of the codes
  double rms_before = 0, rms_after = 0;    // root of the mean square
  /// The root of the mean squared difference of the codes is at least so much: by the triangle
  /// inequality, from the differences of the means and of the roots. 0 says nothing.
  double least_distance() const;
};

/// Layers by name, in the order of the network as it is now.
struct Comparison {
  report::Difference report;
  std::vector<SectionChange> program;
  std::vector<std::string> network, weights, parameters;  // layers where they differ
  std::vector<std::string> layers_gone, layers_new;
  std::vector<TensorChange> inputs, tensors;
  bool images_differ = false;  // other numbers of simulated images: tensors cannot be compared
  std::size_t layers = 0;      // that both have; inputs do not count

  bool is_same() const { return moved().empty(); }
  /// Those of `program` that nothing else explains: the hardware in it is told as configuration,
  /// and all bytes follow from the sections.
  std::vector<SectionChange> program_itself() const;
  /// What moved, in words that the user knows: configuration, network, input, weights, parameters,
  /// program, values, accuracy, cycles, footprint, energy, other; in this order.
  std::vector<std::string> moved() const;
};

/// What the tolerances allow is left out. The paths of what is no key of the report:
/// "program.SECTION", and "layers.NAME.network", ".weights", ".parameters" and ".tensor", which
/// only `any` can allow.
Comparison compare(const Results& golden, const Results& now,
                   const std::vector<Tolerance>& tolerances);

}  // namespace npusim::golden
