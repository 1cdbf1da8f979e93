// SPDX-License-Identifier: Apache-2.0
// What flipped bits cost a network: accuracy at each rate, and of single flips by kind and layer
// (docs/faults.md).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "frontend/flips/interval.h"
#include "frontend/flips/trials.h"
#include "frontend/graph/quantized_graph.h"
#include "sim/config/faults_config.h"

namespace npusim::flips {

/// The kinds, rates and layers of a run file on one network.
struct Campaign {
  const graph::QuantizedGraph* graph = nullptr;
  const config::FaultsConfig* faults = nullptr;
  std::vector<bool> layers;               // by node; empty: all
  const ProtectedWords* words = nullptr;  // where scratchpads may have codes

  /// The bits of trial `trial` of these kinds at this rate.
  Injection drawn(const std::vector<faults::FaultKind>& kinds, double rate,
                  std::int64_t trial) const;
  /// How many bits of a kind there are.
  std::int64_t bits(faults::FaultKind kind) const;
};

struct RateResult {
  faults::FaultKind kind = faults::FaultKind::weights;
  double rate = 0;
  double flips_mean = 0;  // of a trial; of passing kinds, of an image
  Interval top1;          // within [0, 1]
  double agreement = 0;
  bool is_protected = false;
  double detected = 0, corrected = 0;  // words, as flips_mean
};

/// Single flips in one layer; of passing kinds one in each image, each drawn anew.
struct LayerCost {
  std::int32_t layer = -1;  // -1: anywhere
  faults::FaultKind kind = faults::FaultKind::weights;
  std::int64_t bits = 0;
  std::int64_t flips = 0;
  Interval top1_loss;
  double changed = 0;
  double logit_error = 0;
};

struct CampaignResult {
  std::vector<RateResult> rates;
  std::vector<LayerCost> layers;  // what costs most first
  std::vector<LayerCost> kinds;   // a flip of any bit of the kind: layers by their share of bits
};

/// Trials in all, for progress.
std::int64_t trials_of(const Campaign& campaign);

CampaignResult run_campaign(const Campaign& campaign, const Trials& trials, std::int64_t images,
                            const std::function<void(std::int64_t done)>& progress = {});

}  // namespace npusim::flips
