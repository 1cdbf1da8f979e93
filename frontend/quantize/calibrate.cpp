// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "frontend/execute/float_executor.h"
#include "frontend/quantize/calibration.h"
#include "sim/base/errors.h"
#include "sim/base/parallel.h"

namespace npusim::quantize {
namespace {

// Adds up the statistics of images in the order of the images, whoever finishes when: sums of
// doubles depend on it. Those that come early wait.
class InOrder {
 public:
  explicit InOrder(const graph::Graph& graph) : total_(graph) {}

  void add(std::int64_t image, GraphStatistics statistics) {
    const std::lock_guard<std::mutex> lock(mutex_);
    waiting_.emplace(image, std::move(statistics));
    for (auto first = waiting_.begin(); first != waiting_.end() && first->first == next_;
         first = waiting_.erase(first), ++next_) {
      total_.add(first->second);
      used_images_ += first->second.empty() ? 0 : 1;
    }
  }

  // Once all images were added.
  const GraphStatistics& total() const { return total_; }
  std::int64_t used_images() const { return used_images_; }

 private:
  std::mutex mutex_;  // guards all below
  std::map<std::int64_t, GraphStatistics> waiting_;
  std::int64_t next_ = 0;
  GraphStatistics total_;
  std::int64_t used_images_ = 0;
};

void check_size(std::int64_t image, const std::vector<float>& values, std::int64_t wanted) {
  if (static_cast<std::int64_t>(values.size()) == wanted) return;
  throw base::InternalError("calibration: image " + std::to_string(image) + ": got " +
                            std::to_string(values.size()) + " values, must be " +
                            std::to_string(wanted));
}

}  // namespace

Calibration calibrate(const graph::Graph& folded, const ImageSource& source, std::int64_t images,
                      const Calibrator& calibrator, int threads,
                      const std::vector<std::int32_t>& code_bits) {
  if (images < 1) {
    throw base::InputError(
        base::refusal("", "calibration.images", std::to_string(images), "at least 1"));
  }
  const execute::FloatExecutor prepared(folded);
  GraphHistograms histograms(folded);
  GraphHistograms* const used = calibrator.needs_histogram() ? &histograms : nullptr;
  InOrder sums(folded);
  base::parallel_for_with(images, threads, [&]() -> base::ItemWork {
    return [&, executor = std::make_shared<execute::FloatExecutor>(prepared)](std::int64_t i) {
      GraphStatistics statistics(folded);
      if (const std::optional<std::vector<float>> image = source(i)) {
        check_size(i, *image, executor->input_elements());
        const auto observe = [&](graph::NodeId id, const float* values, std::int64_t count) {
          statistics.observe(id, folded.node(id), values);
          if (used != nullptr) used->observe(id, values, count);
        };
        executor->run(image->data(), observe);
      }
      sums.add(i, std::move(statistics));
    };
  });
  if (sums.used_images() == 0) {
    throw base::InputError(base::refusal("", "calibration.images", "none that can be used",
                                         "at least 1 of " + std::to_string(images)));
  }
  return sums.total().finish(folded, calibrator, sums.used_images(), used, code_bits, threads);
}

}  // namespace npusim::quantize
