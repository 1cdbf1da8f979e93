// SPDX-License-Identifier: Apache-2.0
// What flipped bits cost (docs/faults.md): the section `faults` of a report.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace npusim::report {

/// A mean with its 95 % confidence interval; none where there are too few values for one.
struct MeanEstimate {
  double mean = 0;
  std::optional<double> low, high;
};

/// Top-1 with bits flipped at one rate, over all draws, on the same images.
struct FaultRate {
  std::string kind;
  double rate = 0;
  std::int64_t trials = 0;
  double flips_mean = 0;  // of a trial; of kinds that are drawn for each image, of an image
  MeanEstimate top1;
  double agreement_top1 = 0;  // with the same network without faults
  // Of words in protected scratchpads, as flips_mean: wrong ones that were told of, and those that
  // were put right.
  std::optional<double> detected, corrected;
};

/// What one flip costs, alone.
struct FlipCost {
  std::string layer;  // empty: anywhere
  std::string kind;
  std::int64_t bits = 0;    // that can flip
  std::int64_t flips = 0;   // measured
  MeanEstimate top1_loss;   // fractions
  double changed_top1 = 0;  // images whose class is another than without the flip
  double logit_error = 0;   // mean difference of a logit, in steps of its code
};

/// A bit that the run file names.
struct FaultSiteRow {
  std::string kind;
  std::string field;  // of kind parameters
  std::string layer;
  std::int64_t element = 0;
  std::int64_t bit = 0;
  std::int64_t instruction = 0;  // the first that writes or loads the element
  std::int64_t instruction_element = 0;
};

struct Faults {
  std::int64_t images = 0;
  double fault_free_top1 = 0;
  std::vector<FaultRate> rates;    // by kind, then rate
  std::vector<FlipCost> per_flip;  // by kind, anywhere
  std::vector<FlipCost> layers;    // by layer and kind; what costs most first
  std::vector<FaultSiteRow> sites;
  // With the bits of `sites` flipped.
  std::optional<double> sites_top1, sites_agreement_top1;
};

}  // namespace npusim::report
