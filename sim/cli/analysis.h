// SPDX-License-Identifier: Apache-2.0
// From a run to what `npusim analyze` reports of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "frontend/compile/pipeline.h"
#include "sim/cli/progress.h"
#include "sim/report/analysis.h"

namespace npusim::cli {

/// `count` of the indices [0, total), ascending, drawn with a fixed seed: a data set may be sorted
/// by class or repeat its classes in turn, so neither the first nor every n-th would do. All of
/// them where there are no more.
std::vector<std::int64_t> sample_indices(std::int64_t total, std::int64_t count);

/// The images shown where the user names no number: of a data set with labels, and of one without,
/// where no image counts as right or wrong.
inline constexpr std::int64_t kSampleImages = 200;
inline constexpr std::int64_t kUnlabelledImages = 4;

/// Measures. `run`: what the pipeline was made of; sample: the number of images, at least 1.
/// `host` is left to the caller.
report::Analysis analyze_network(compile::Pipeline& pipeline, const config::RunConfig& run,
                                 std::optional<std::int64_t> sample, double threshold_db,
                                 int threads, Progress& progress);

/// For people: at most 80 columns.
std::string analysis_text(const report::Analysis& analysis, bool colour);

}  // namespace npusim::cli
