// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/answers.h"

#include <algorithm>
#include <deque>
#include <set>

#include "frontend/quantize/content_hash.h"
#include "sim/cli/accuracy.h"
#include "sim/cli/stored_answers.h"

namespace npusim::cli {
namespace {

constexpr char kKind[] = "answers";

struct Missing {
  std::uint64_t key = 0;
  const AskedNetwork* network = nullptr;
};

std::vector<std::shared_ptr<const NetworkAnswers>> show_images(const ShownImages& images,
                                                               const std::vector<Missing>& networks,
                                                               int threads, Progress& progress) {
  std::deque<execute::OverflowCounts> overflows(networks.size());
  std::vector<execute::ClassifierFactory> classifiers;
  for (std::size_t i = 0; i < networks.size(); ++i)
    classifiers.push_back(networks[i].network->classifier(overflows[i]));
  progress.stage("accuracy", "images", images.dataset.images());
  data::ImageReader reader(images.dataset, images.skip_bad);
  execute::Predictions predictions =
      execute::predict(images.dataset.images(), threads, labelled_images(reader), classifiers,
                       [&](std::int64_t done) { progress.advance(done); });
  std::vector<std::shared_ptr<const NetworkAnswers>> answers;
  for (std::size_t i = 0; i < networks.size(); ++i) {
    answers.push_back(std::make_shared<const NetworkAnswers>(NetworkAnswers{
        std::move(predictions.rankings.at(i)), overflows[i].by_node(), reader.skipped()}));
  }
  return answers;
}

}  // namespace

void Answers::find(std::uint64_t key, Known& known) const {
  const auto kept = kept_.find(key);
  if (kept != kept_.end()) {
    known[key] = kept->second;
    return;
  }
  const auto found = cache_ == nullptr ? std::nullopt : cache_->find(kKind, key);
  auto answers = found ? answers_from_bytes(found->bytes()) : std::nullopt;
  if (answers) known[key] = std::make_shared<const NetworkAnswers>(std::move(*answers));
}

std::vector<std::shared_ptr<const NetworkAnswers>> Answers::ask(
    const ShownImages& images, const std::vector<AskedNetwork>& networks, int threads,
    Progress& progress) {
  std::vector<std::uint64_t> keys;
  std::map<std::uint64_t, const AskedNetwork*> asked;  // ascending, as locks are to be taken
  for (const AskedNetwork& network : networks) {
    keys.push_back(quantize::ContentHasher().add(images.hash).add(network.content_hash).digest());
    asked[keys.back()] = &network;
  }
  Known known;
  std::vector<cache::Lock> locks;
  std::vector<Missing> missing;
  for (const auto& [key, network] : asked) {
    find(key, known);
    if (known.count(key) == 0 && cache_ != nullptr) {
      locks.push_back(cache_->lock(kKind, key));
      find(key, known);  // another process may have asked it meanwhile
    }
    if (known.count(key) == 0) missing.push_back({key, network});
  }
  if (!missing.empty()) {
    const auto answers = show_images(images, missing, threads, progress);
    for (std::size_t i = 0; i < missing.size(); ++i) {
      known[missing[i].key] = answers[i];
      if (cache_ != nullptr) cache_->put(kKind, missing[i].key, to_bytes(*answers[i]));
    }
  }
  kept_ = std::move(known);
  std::vector<std::shared_ptr<const NetworkAnswers>> result;
  result.reserve(keys.size());
  for (const std::uint64_t key : keys) result.push_back(kept_.at(key));
  return result;
}

std::vector<std::int32_t> labels_of(const data::Dataset& dataset, const NetworkAnswers& answers) {
  const std::vector<std::int64_t>& skipped = answers.skipped.indices;
  std::vector<std::int32_t> labels;
  for (std::int64_t i = 0; i < dataset.images(); ++i) {
    if (!std::binary_search(skipped.begin(), skipped.end(), i))
      labels.push_back(static_cast<std::int32_t>(dataset.label(i)));
  }
  return labels;
}

}  // namespace npusim::cli
