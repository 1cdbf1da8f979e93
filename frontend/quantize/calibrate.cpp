// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <exception>
#include <string>
#include <thread>

#include "frontend/execute/float_executor.h"
#include "frontend/quantize/calibration.h"
#include "sim/base/errors.h"

namespace npusim::quantize {
namespace {

// Images whose statistics are held at once; they are added up in the order of the images.
constexpr std::int64_t kBatch = 64;

// The statistics of the images [first, first + count), one entry each. Threads take images in
// order, so that all images before one that fails are finished, and the first error is the same
// for any number of threads.
class Batch {
 public:
  Batch(const graph::Graph& graph, const execute::FloatExecutor& executor,
        const ImageSource& source, GraphHistograms* histograms)
      : graph_(graph), executor_(executor), source_(source), histograms_(histograms) {}

  std::vector<GraphStatistics> run(std::int64_t first, std::int64_t count, int threads) {
    results_.assign(static_cast<std::size_t>(count), GraphStatistics(graph_));
    errors_.assign(static_cast<std::size_t>(count), nullptr);
    first_ = first;
    next_ = 0;
    std::vector<std::thread> workers;
    const auto wanted = std::min<std::int64_t>(threads, count);
    for (std::int64_t t = 1; t < wanted; ++t) workers.emplace_back([this] { work(); });
    work();
    for (std::thread& worker : workers) worker.join();
    for (const std::exception_ptr& error : errors_) {
      if (error) std::rethrow_exception(error);
    }
    return std::move(results_);
  }

 private:
  void work() {
    execute::FloatExecutor executor(executor_);
    while (!failed_) {
      const std::size_t i = next_++;
      if (i >= results_.size()) return;
      try {
        observe(executor, first_ + static_cast<std::int64_t>(i), results_[i]);
      } catch (...) {
        errors_[i] = std::current_exception();
        failed_ = true;
      }
    }
  }

  void observe(execute::FloatExecutor& executor, std::int64_t index, GraphStatistics& statistics) {
    const std::optional<std::vector<float>> image = source_(index);
    if (!image) return;
    if (static_cast<std::int64_t>(image->size()) != executor.input_elements()) {
      throw base::InternalError("calibration: image " + std::to_string(index) + ": got " +
                                std::to_string(image->size()) + " values, must be " +
                                std::to_string(executor.input_elements()));
    }
    executor.run(image->data(), [&](graph::NodeId id, const float* values, std::int64_t count) {
      statistics.observe(id, graph_.node(id), values);
      if (histograms_ != nullptr) histograms_->observe(id, values, count);
    });
  }

  const graph::Graph& graph_;
  const execute::FloatExecutor& executor_;
  const ImageSource& source_;
  GraphHistograms* const histograms_;  // nullptr: not needed
  std::int64_t first_ = 0;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> failed_{false};
  std::vector<GraphStatistics> results_;
  std::vector<std::exception_ptr> errors_;
};

}  // namespace

Calibration calibrate(const graph::Graph& folded, const ImageSource& source, std::int64_t images,
                      const Calibrator& calibrator, int threads,
                      const std::vector<std::int32_t>& code_bits) {
  if (images < 1) {
    throw base::InputError(
        base::refusal("", "calibration.images", std::to_string(images), "at least 1"));
  }
  const execute::FloatExecutor executor(folded);
  GraphHistograms histograms(folded);
  GraphHistograms* const used = calibrator.needs_histogram() ? &histograms : nullptr;
  Batch batch(folded, executor, source, used);
  GraphStatistics total(folded);
  std::int64_t used_images = 0;
  for (std::int64_t first = 0; first < images; first += kBatch) {
    const std::int64_t count = std::min(kBatch, images - first);
    for (const GraphStatistics& image : batch.run(first, count, threads)) {
      total.add(image);
      used_images += image.empty() ? 0 : 1;
    }
  }
  if (used_images == 0) {
    throw base::InputError(base::refusal("", "calibration.images", "none that can be used",
                                         "at least 1 of " + std::to_string(images)));
  }
  return total.finish(folded, calibrator, used_images, used, code_bits);
}

}  // namespace npusim::quantize
