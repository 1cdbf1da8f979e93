// SPDX-License-Identifier: Apache-2.0
#include "frontend/execute/accuracy.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "sim/base/parallel.h"

namespace npusim::execute {
namespace {

void check_size(const std::vector<float>& image, std::int64_t wanted) {
  if (static_cast<std::int64_t>(image.size()) == wanted) return;
  throw base::InternalError(
      base::refusal("image", "values", std::to_string(image.size()), std::to_string(wanted)));
}

/// Keeps the entries that are marked.
template <typename T>
void keep(const std::vector<char>& marks, std::vector<T>& values) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (marks[i] != 0) values[kept++] = values[i];
  }
  values.resize(kept);
}

}  // namespace

ClassifierFactory float_classifier(const FloatExecutor& executor) {
  return [executor]() -> Classifier {
    return [own = std::make_shared<FloatExecutor>(executor)](const std::vector<float>& values) {
      check_size(values, own->input_elements());
      return rank(own->run(values.data()), own->output_elements());
    };
  };
}

void OverflowCounts::add(const std::vector<std::int64_t>& by_node) {
  const std::lock_guard<std::mutex> lock(mutex_);
  by_node_.resize(by_node.size());
  for (std::size_t i = 0; i < by_node.size(); ++i) by_node_[i] += by_node[i];
}

std::vector<std::int64_t> OverflowCounts::by_node() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return by_node_;
}

ClassifierFactory integer_classifier(const IntegerExecutor& executor,
                                     const graph::QuantizedNode& input, OverflowCounts* overflows) {
  return [executor, quantization = input.quantization, range = input.clamps,
          overflows]() -> Classifier {
    auto own = std::make_shared<IntegerExecutor>(executor);
    auto codes =
        std::make_shared<std::vector<std::int8_t>>(static_cast<std::size_t>(own->input_elements()));
    return [own, codes, quantization, range, overflows](const std::vector<float>& values) {
      check_size(values, own->input_elements());
      quantize_input(values.data(), own->input_elements(), quantization, range, codes->data());
      const std::int8_t* logits = own->run(codes->data());
      if (overflows != nullptr) overflows->add(own->overflows());
      return rank(logits, own->output_elements());
    };
  };
}

void for_each_image(std::int64_t images, int threads, const ImageSource& source,
                    const std::function<ImageWork()>& make_work,
                    const std::function<void(std::int64_t)>& progress) {
  std::atomic<std::int64_t> done{0};
  base::parallel_for_with(images, threads, [&]() -> base::ItemWork {
    return [&, show = make_work()](std::int64_t i) {
      const std::optional<LabeledTensor> image = source(i);
      if (image) show(i, *image);
      if (progress) progress(++done);
    };
  });
}

Predictions predict(std::int64_t images, int threads, const ImageSource& source,
                    const std::vector<ClassifierFactory>& networks,
                    const std::function<void(std::int64_t)>& progress) {
  Predictions result;
  result.labels.resize(static_cast<std::size_t>(images));
  result.rankings.assign(networks.size(), std::vector<Ranking>(static_cast<std::size_t>(images)));
  std::vector<char> shown(static_cast<std::size_t>(images));  // not bool: one thread per byte

  const auto make_work = [&]() -> ImageWork {
    std::vector<Classifier> classifiers;
    classifiers.reserve(networks.size());
    for (const ClassifierFactory& make : networks) classifiers.push_back(make());
    return [&, classifiers = std::move(classifiers)](std::int64_t i, const LabeledTensor& image) {
      const auto at = static_cast<std::size_t>(i);
      for (std::size_t n = 0; n < classifiers.size(); ++n) {
        result.rankings[n][at] = classifiers[n](image.values);
      }
      result.labels[at] = image.label;
      shown[at] = 1;
    };
  };
  for_each_image(images, threads, source, make_work, progress);
  keep(shown, result.labels);
  for (std::vector<Ranking>& rankings : result.rankings) keep(shown, rankings);
  return result;
}

Accuracy count_correct(const std::vector<Ranking>& rankings,
                       const std::vector<std::int32_t>& labels) {
  Accuracy accuracy;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const Ranking& ranking = rankings.at(i);
    ++accuracy.images;
    accuracy.top1 += ranking[0] == labels[i] ? 1 : 0;
    accuracy.top5 += std::count(ranking.begin(), ranking.end(), labels[i]) != 0 ? 1 : 0;
  }
  return accuracy;
}

std::int64_t count_agreeing(const std::vector<Ranking>& a, const std::vector<Ranking>& b) {
  std::int64_t agreeing = 0;
  for (std::size_t i = 0; i < a.size(); ++i) agreeing += a[i][0] == b.at(i)[0] ? 1 : 0;
  return agreeing;
}

}  // namespace npusim::execute
