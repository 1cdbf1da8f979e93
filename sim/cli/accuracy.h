// SPDX-License-Identifier: Apache-2.0
// The float network and all quantized ones over a data set.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "frontend/compile/pipeline.h"
#include "frontend/data/dataset.h"
#include "sim/cli/progress.h"
#include "sim/report/report.h"

namespace npusim::cli {

struct AccuracyResult {
  report::Accuracy accuracy;
  /// Why a scheme other than the chosen one is missing: it cannot be had on this hardware.
  std::vector<std::string> notes;
};

/// Evaluates float, per_layer, shift_scaler and per_channel, with all images made on the fly.
/// Throws base::InputError where a label is no class of the network, or `chosen` itself cannot be
/// had.
AccuracyResult measure_accuracy(compile::Pipeline& pipeline, const std::string& chosen,
                                const data::Dataset& dataset, int threads, Progress& progress);

}  // namespace npusim::cli
