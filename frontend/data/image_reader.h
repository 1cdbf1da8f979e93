// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "frontend/data/dataset.h"

namespace npusim::data {

/// What was passed over, in the order of the data set.
struct SkippedImages {
  std::vector<std::int64_t> indices;
  std::vector<std::string> names;    ///< Of the first kSkippedShown.
  std::vector<std::string> reasons;  ///< Of the same: "a.jpg: content: got ..."; without the
                                     ///< folder, as reports do not depend on where things lie.
};

inline constexpr std::size_t kSkippedShown = 10;

/// The images of a data set; one that cannot be had ends everything or, if wanted, is skipped and
/// remembered. What is remembered does not depend on who reads what when.
class ImageReader {
 public:
  /// The data set must live as long as the reader.
  ImageReader(const Dataset& dataset, bool skip_bad) : dataset_(dataset), skip_bad_(skip_bad) {}

  /// Image `index`, or nothing where it is bad and such images are skipped; from any thread, each
  /// index any number of times. Throws base::InputError at a bad image otherwise, and where no
  /// image of the data set is good.
  std::optional<Sample> read(std::int64_t index);

  SkippedImages skipped() const;

 private:
  void skip(std::int64_t index, const std::string& reason);

  const Dataset& dataset_;
  const bool skip_bad_;
  mutable std::mutex mutex_;  // guards all below
  std::set<std::int64_t> skipped_;
  std::map<std::int64_t, std::string> reasons_;  // of the first kSkippedShown
};

}  // namespace npusim::data
