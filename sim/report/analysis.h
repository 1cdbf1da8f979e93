// SPDX-License-Identifier: Apache-2.0
// What `npusim analyze` has to say, as plain values, and its forms for programs and eyes.
//
// All forms are the same bytes for the same values: no dates, no paths.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/report/report.h"

namespace npusim::report {

/// Of one output channel that is not all zeros: log2 of its largest |weight| over the largest that
/// the codes can stand for, under one scale for the layer and as the scheme scales it. 0 is a full
/// code range.
struct ChannelUse {
  double before_octaves = 0;
  double after_octaves = 0;
};

struct AnalyzedWeights {
  std::int64_t channels = 0, live_channels = 0;
  std::int64_t lost_channels = 0;  // live, but every code is 0
  std::int32_t bits = 8;
  // Over the largest |weight| of each live channel: the largest to the median, and to the smallest.
  // Empty where no channel is live.
  std::optional<double> range_spread, range_spread_octaves, range_full_octaves;
  std::vector<std::int64_t> shift_histogram;  // channels with each shift; empty: the layer has none
  std::optional<double> sqnr_db;              // mean over the live channels
  std::optional<double> worst_sqnr_db;        // of the worst live channel
  std::vector<ChannelUse> use;
  double lost_below_octaves = 0;  // a channel with less use has no code but 0
};

struct Top1Loss {
  double fraction = 0;        // float top-1 minus that with this layer alone quantized
  double standard_error = 0;  // of the paired difference
};

struct AnalyzedLayer {
  std::string name, kind;
  std::optional<AnalyzedWeights> weights;
  double output_sqnr_db = 0;         // of the layer's tensor in the integer network
  double network_sqnr_alone_db = 0;  // of the network's worst output, this layer alone quantized
  std::optional<Top1Loss> top1_loss_alone;
};

struct Analysis {
  Workload workload;
  Hardware hardware;  // name and hash
  Quantization quantization;
  std::int64_t images = 0;        // that were shown; at least 1
  std::int64_t images_total = 0;  // that these were taken from
  std::string images_of;          // "dataset images", "calibration images", "random tensors"
  std::optional<std::int64_t> float_top1, quantized_top1;  // images right; empty without labels
  double threshold_db = 0;
  std::vector<AnalyzedLayer> layers;  // in the order of the network, without its inputs
  std::vector<std::string> notes;
  Host host;

  // Each an index into layers; empty where there is none. Of equals the first.

  /// The one with the largest range_spread.
  std::optional<std::size_t> widest_layer() const;
  /// The one that alone costs most: the largest top1_loss_alone, of equal ones and without labels
  /// the least network_sqnr_alone_db.
  std::optional<std::size_t> most_sensitive_layer() const;
  /// The first with output_sqnr_db below threshold_db.
  std::optional<std::size_t> first_divergent_layer() const;
};

/// Sorted keys, indented by two, a newline at the end. null: no such thing for this layer.
std::string to_json(const Analysis& analysis);

/// One line per layer after one of column names, which have the units; fields as in RFC 4180, lines
/// end with \n. Columns of top-1 are left out without labels.
std::string to_csv(const Analysis& analysis);

/// SVG: what the layers cost alone and where the integer network departs, one row per layer.
std::string sensitivity_picture(const Analysis& analysis);

/// SVG: the channels of the layer before and after scaling, from the largest to the smallest range.
/// The layer must have weights (else base::InternalError).
std::string channel_ranges_picture(const Analysis& analysis, std::size_t layer);

}  // namespace npusim::report
