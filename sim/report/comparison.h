// SPDX-License-Identifier: Apache-2.0
// What `compare` has to say: one row per quantization of a network, as plain values. What is not
// known stays empty: null in the JSON form.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/report/report.h"

namespace npusim::report {

/// Over the data set, fractions in [0, 1].
struct RowAccuracy {
  double top1 = 0, top5 = 0;
  double difference = 0;        // of top-1 from the float network's
  double difference_se = 0;     // standard error of the paired difference
  bool is_significant = false;  // beyond two standard errors
  double agreement_top1 = 1;    // images with the same class as the float network
};

struct RowWeights {
  double sqnr_db_mean = 0, sqnr_db_worst = 0;  // over all live channels of all layers
};

/// What a row costs on the hardware.
struct RowCost {
  std::int64_t parameter_bytes = 0;        // requantization records and channel shifts
  std::int64_t safe_accumulator_bits = 0;  // the smallest P that overflows for no input
  std::int64_t cycles = 0;                 // of one inference
  std::int64_t mismatched_values = 0;      // of the machine, for one image
};

struct ComparisonRow {
  std::string label;            // text only
  std::string scheme;           // "float" for the float network
  bool symmetric = true;        // weights without a zero point
  std::int64_t field_bits = 0;  // 0 where there are no channel shifts
  std::string rule;             // of the channel shifts, else empty
  bool bias_correction = false;
  bool equalization = false;
  std::string refused;  // why this network cannot be quantized so; then the rest is empty
  std::optional<RowAccuracy> accuracy;
  std::optional<RowWeights> weights;
  std::optional<RowCost> cost;
};

struct Comparison {
  std::string network;  // text only
  Workload workload;
  Hardware hardware;
  std::string accuracy_not_measured;  // why; empty where it is
  std::int64_t accuracy_images = 0;   // without those left out
  std::optional<SkippedImages> skipped;
  std::vector<ComparisonRow> rows;  // float first
  std::vector<std::string> notes;
  Host host;
};

/// The whole document with sorted keys, indented by two, with a newline at its end. Two runs of the
/// same thing differ in `host` only.
std::string to_json(const Comparison& comparison);

}  // namespace npusim::report
