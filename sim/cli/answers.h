// SPDX-License-Identifier: Apache-2.0
// Which classes networks see in a data set's images: every network is asked once, whatever else is
// changed between two runs, and through the cache by one process of many.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "frontend/data/dataset.h"
#include "frontend/data/image_reader.h"
#include "frontend/execute/accuracy.h"
#include "sim/cache/store.h"
#include "sim/cli/progress.h"

namespace npusim::cli {

/// What one network answered.
struct NetworkAnswers {
  std::vector<execute::Ranking> rankings;  // of the images that were not left out, in order
  std::vector<std::int64_t> overflows;     // of integer networks, by node, over these images
  data::SkippedImages skipped;             // the others
};

struct AskedNetwork {
  std::uint64_t content_hash = 0;  // of the graph
  /// Called where its answers are not known; the counts outlive the classifiers.
  std::function<execute::ClassifierFactory(execute::OverflowCounts&)> classifier;
};

/// The images and how they are shown.
struct ShownImages {
  const data::Dataset& dataset;
  std::uint64_t hash = 0;  // compile::Pipeline::images_hash: of all that decides the tensors
  bool skip_bad = false;
};

class Answers {
 public:
  /// `cache`, if given, outlives this.
  explicit Answers(const cache::Store* cache) : cache_(cache) {}

  /// Of each network; the images are read once for all that have not been asked before. Answers
  /// stay in memory until the next call. Throws where an image cannot be had.
  std::vector<std::shared_ptr<const NetworkAnswers>> ask(const ShownImages& images,
                                                         const std::vector<AskedNetwork>& networks,
                                                         int threads, Progress& progress);

 private:
  using Known = std::map<std::uint64_t, std::shared_ptr<const NetworkAnswers>>;  // by key
  void find(std::uint64_t key, Known& known) const;

  const cache::Store* cache_;
  Known kept_;
};

/// Their labels.
std::vector<std::int32_t> labels_of(const data::Dataset& dataset, const NetworkAnswers& answers);

}  // namespace npusim::cli
