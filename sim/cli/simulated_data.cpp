// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/simulated_data.h"

namespace npusim::cli {

config::DatasetConfig simulated_data(const config::RunConfig& run) {
  config::DatasetConfig data = run.calibration.data;
  if (data.kind != config::DatasetKind::random) return data;
  data.seed = data.seed == 0 ? 1 : data.seed - 1;
  data.images = run.simulation.images;
  return data;
}

std::string simulated_data_note(const config::DatasetConfig& data) {
  if (data.kind != config::DatasetKind::random)
    return "simulated on the calibration's images: there is no dataset";
  return "simulated on random tensors, uniform in [-1, 1), seed " + std::to_string(data.seed);
}

std::vector<std::int64_t> first_good(const data::Dataset& dataset,
                                     const data::SkippedImages& skipped, std::int64_t count) {
  std::vector<std::int64_t> good;
  auto bad = skipped.indices.begin();
  for (std::int64_t i = 0; i < dataset.images() && static_cast<std::int64_t>(good.size()) < count;
       ++i) {
    if (bad != skipped.indices.end() && *bad == i) {
      ++bad;
    } else {
      good.push_back(i);
    }
  }
  return good;
}

}  // namespace npusim::cli
