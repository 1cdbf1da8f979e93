// SPDX-License-Identifier: Apache-2.0
// How often networks are right over a data set, with all cores, the same for any number of threads.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "frontend/execute/classify.h"
#include "frontend/execute/float_executor.h"
#include "frontend/execute/integer_executor.h"

namespace npusim::execute {

struct LabeledTensor {
  std::vector<float> values;  // NHWC, as the network's input wants it
  std::int32_t label = 0;
};

/// The i-th image, or nothing where it is to be left out. Called once for every i, from several
/// threads at once.
using ImageSource = std::function<std::optional<LabeledTensor>(std::int64_t i)>;

/// What a thread does with image `i`, which is gone when it returns.
using ImageWork = std::function<void(std::int64_t i, const LabeledTensor& image)>;

/// Makes every image of [0, images) once and shows those that are not left out to the work of one
/// thread each. threads >= 1; make_work is called once per thread, from that thread. What a source
/// or work throws for the lowest image is thrown again once all threads have stopped. progress,
/// where given, hears the number of images done, from any thread, in no order.
void for_each_image(std::int64_t images, int threads, const ImageSource& source,
                    const std::function<ImageWork()>& make_work,
                    const std::function<void(std::int64_t done)>& progress = {});

/// Ranks the classes of one image; used by one thread.
using Classifier = std::function<Ranking(const std::vector<float>& values)>;
/// Makes a classifier; called once per thread, from that thread.
using ClassifierFactory = std::function<Classifier()>;

/// The executor's weights are shared by all threads. The factory keeps what it needs of its
/// argument.
ClassifierFactory float_classifier(const FloatExecutor& executor);

/// Additions that the accumulators did not hold, by node, over images of any thread.
class OverflowCounts {
 public:
  void add(const std::vector<std::int64_t>& by_node);
  /// Empty before the first image.
  std::vector<std::int64_t> by_node() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::int64_t> by_node_;
};

/// input: the network's input node. overflows, where given, outlives the classifiers.
ClassifierFactory integer_classifier(const IntegerExecutor& executor,
                                     const graph::QuantizedNode& input,
                                     OverflowCounts* overflows = nullptr);

/// Of the images that were not left out, in order.
struct Predictions {
  std::vector<std::int32_t> labels;            // [image]
  std::vector<std::vector<Ranking>> rankings;  // [network][image]
};

/// Shows images [0, images) to all networks; the rest as for_each_image().
Predictions predict(std::int64_t images, int threads, const ImageSource& source,
                    const std::vector<ClassifierFactory>& networks,
                    const std::function<void(std::int64_t done)>& progress = {});

struct Accuracy {
  std::int64_t images = 0;
  std::int64_t top1 = 0;  // label ranked first
  std::int64_t top5 = 0;  // label among the first five
  double top1_share() const { return share(top1); }
  double top5_share() const { return share(top5); }

 private:
  double share(std::int64_t count) const {
    return images == 0 ? 0 : static_cast<double>(count) / static_cast<double>(images);
  }
};

Accuracy count_correct(const std::vector<Ranking>& rankings,
                       const std::vector<std::int32_t>& labels);

/// Images on which two networks give the same class.
std::int64_t count_agreeing(const std::vector<Ranking>& a, const std::vector<Ranking>& b);

}  // namespace npusim::execute
