// SPDX-License-Identifier: Apache-2.0
#include "frontend/flips/trials.h"

#include <atomic>
#include <cstdlib>
#include <memory>

#include "frontend/execute/classify.h"
#include "sim/base/parallel.h"

namespace npusim::flips {

Trials::Trials(const graph::QuantizedGraph& graph, const CodedImages& images, int threads)
    : images_(images),
      threads_(threads),
      executor_(graph),
      logits_(images.count()),
      classes_(images.count()) {
  base::parallel_for_with(
      static_cast<std::int64_t>(images.count()), threads, [&]() -> base::ItemWork {
        return [this, own = std::make_shared<FlippedExecutor>(executor_)](std::int64_t item) {
          const auto i = static_cast<std::size_t>(item);
          const std::int8_t* logits = own->run(images_.codes[i].data(), {});
          logits_[i].assign(logits, logits + own->output_elements());
          classes_[i] = execute::rank(logits, own->output_elements())[0];
        };
      });
  for (std::size_t i = 0; i < images.count(); ++i)
    fault_free_correct_ += classes_[i] == images.labels[i] ? 1 : 0;
}

TrialResult Trials::evaluate(FlippedExecutor& executor, const Injection& injection) const {
  TrialResult result;
  const auto count = [&](const DrawnFlips& flips) {
    result.flips += static_cast<std::int64_t>(flips.sites.size());
    result.detected += flips.detected;
    result.corrected += flips.corrected;
  };
  executor.set_stored(injection.stored.sites);
  count(injection.stored);
  std::int64_t steps = 0;
  for (std::size_t i = 0; i < images_.count(); ++i) {
    const DrawnFlips passing = injection.passing_in(images_.numbers[i]);
    count(passing);
    const std::int8_t* logits = executor.run(images_.codes[i].data(), passing.sites);
    const std::int32_t seen = execute::rank(logits, executor.output_elements())[0];
    result.correct += seen == images_.labels[i] ? 1 : 0;
    result.agreeing += seen == classes_[i] ? 1 : 0;
    const std::vector<std::int8_t>& usual = logits_[i];
    for (std::size_t c = 0; c < usual.size(); ++c) steps += std::abs(logits[c] - usual[c]);
  }
  const auto outputs = static_cast<double>(executor.output_elements());
  result.logit_error = static_cast<double>(steps) / outputs / static_cast<double>(images_.count());
  return result;
}

std::vector<TrialResult> Trials::run(std::int64_t count,
                                     const std::function<Injection(std::int64_t trial)>& make,
                                     const std::function<void(std::int64_t done)>& progress) const {
  std::vector<TrialResult> results(static_cast<std::size_t>(count));
  std::atomic<std::int64_t> done{0};
  base::parallel_for_with(count, threads_, [&]() -> base::ItemWork {
    return [&, own = std::make_shared<FlippedExecutor>(executor_)](std::int64_t trial) {
      results[static_cast<std::size_t>(trial)] = evaluate(*own, make(trial));
      if (progress) progress(++done);
    };
  });
  return results;
}

}  // namespace npusim::flips
