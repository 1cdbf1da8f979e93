// SPDX-License-Identifier: Apache-2.0
// The float network and all quantized ones over a data set.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "frontend/compile/pipeline.h"
#include "frontend/data/dataset.h"
#include "frontend/data/image_reader.h"
#include "frontend/execute/accuracy.h"
#include "frontend/graph/graph.h"
#include "sim/cli/answers.h"
#include "sim/cli/progress.h"
#include "sim/report/report.h"

namespace npusim::cli {

struct AccuracyResult {
  report::Accuracy accuracy;
  /// Why a scheme other than the chosen one is missing: it cannot be had on this hardware.
  std::vector<std::string> notes;
  /// Images that `reader` left out.
  data::SkippedImages skipped;
};

/// Throws base::InputError with every label that is no class of the network.
void check_labels(const data::Dataset& dataset, const graph::Graph& network);

/// The reader's images with their labels. The reader must outlive the source.
execute::ImageSource labelled_images(data::ImageReader& reader);

/// Evaluates float, per_layer, shift_scaler and per_channel, with all images made on the fly, as
/// far as `answers` does not know them. Throws base::InputError as check_labels() does, where an
/// image cannot be had, and where `chosen` itself cannot be had.
AccuracyResult measure_accuracy(compile::Pipeline& pipeline, const std::string& chosen,
                                const ShownImages& images, int threads, Progress& progress,
                                Answers& answers);
/// The same with nothing known. `skip_bad`: images that cannot be had are left out.
AccuracyResult measure_accuracy(compile::Pipeline& pipeline, const std::string& chosen,
                                const data::Dataset& dataset, bool skip_bad, int threads,
                                Progress& progress);

}  // namespace npusim::cli
