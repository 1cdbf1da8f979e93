// SPDX-License-Identifier: Apache-2.0
#include "frontend/data/image_reader.h"

#include "sim/base/errors.h"

namespace npusim::data {

std::optional<Sample> ImageReader::read(std::int64_t index) {
  if (!skip_bad_) return dataset_.sample(index);
  try {
    return dataset_.sample(index);
  } catch (const base::InputError& error) {
    skip(index, error.messages().front());
  }
  return std::nullopt;
}

void ImageReader::skip(std::int64_t index, const std::string& reason) {
  const std::lock_guard<std::mutex> lock(mutex_);
  skipped_.insert(index);
  reasons_.emplace(index, reason);
  if (reasons_.size() > kSkippedShown) reasons_.erase(std::prev(reasons_.end()));
  if (static_cast<std::int64_t>(skipped_.size()) < dataset_.images()) return;
  std::vector<std::string> messages = {"all " + std::to_string(dataset_.images()) +
                                       " pictures are bad, at least one must be good:"};
  for (const auto& each : reasons_) messages.push_back(each.second);
  throw base::InputError(messages);
}

SkippedImages ImageReader::skipped() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  SkippedImages result;
  result.indices.assign(skipped_.begin(), skipped_.end());
  for (const auto& [index, reason] : reasons_) {
    const std::string name = dataset_.name(index);
    const std::size_t at = reason.find(name + ":");
    result.names.push_back(name);
    result.reasons.push_back(at == std::string::npos ? reason : reason.substr(at));
  }
  return result;
}

}  // namespace npusim::data
