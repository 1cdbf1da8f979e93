// SPDX-License-Identifier: Apache-2.0
// The accuracy of a network under many sets of flipped bits, with all cores, the same for any
// number of threads.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "frontend/flips/flipped_executor.h"
#include "frontend/flips/protected_words.h"
#include "frontend/graph/quantized_graph.h"
#include "sim/faults/fault_site.h"

namespace npusim::flips {

/// The bits that flip in one trial.
struct Injection {
  DrawnFlips stored;  // in every image
  /// Those of activations and accumulators in this image; called from several threads. May be
  /// empty: none.
  std::function<DrawnFlips(std::int64_t image)> passing;

  DrawnFlips passing_in(std::int64_t image) const {
    return passing ? passing(image) : DrawnFlips{};
  }
};

/// Images as the network's inputs have them.
struct CodedImages {
  std::vector<std::vector<std::int8_t>> codes;  // [image]
  std::vector<std::int32_t> labels;
  std::vector<std::int64_t> numbers;  // in the data set: what passing flips are drawn by
  std::size_t count() const { return codes.size(); }
};

struct TrialResult {
  std::int64_t flips = 0;                    // stored ones, and those that pass in all images
  std::int64_t detected = 0, corrected = 0;  // words, likewise
  std::int64_t correct = 0;                  // images whose label ranks first
  std::int64_t agreeing = 0;                 // whose class is that without flips
  double logit_error = 0;  // mean difference of an output of the network, in steps of its code
};

class Trials {
 public:
  /// Evaluates the network without flips. `images` outlives this; threads at least 1.
  Trials(const graph::QuantizedGraph& graph, const CodedImages& images, int threads);

  /// Correct without flips.
  std::int64_t fault_free_correct() const { return fault_free_correct_; }

  /// make(i): the bits of trial i of [0, count), called once for each, from several threads.
  /// progress, where given, hears how many trials are done, from any thread, in no order.
  std::vector<TrialResult> run(std::int64_t count,
                               const std::function<Injection(std::int64_t trial)>& make,
                               const std::function<void(std::int64_t done)>& progress = {}) const;

 private:
  TrialResult evaluate(FlippedExecutor& executor, const Injection& injection) const;

  const CodedImages& images_;
  int threads_;
  FlippedExecutor executor_;
  std::vector<std::vector<std::int8_t>> logits_;  // without flips
  std::vector<std::int32_t> classes_;
  std::int64_t fault_free_correct_ = 0;
};

}  // namespace npusim::flips
