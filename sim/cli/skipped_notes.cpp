// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/skipped_notes.h"

#include "sim/report/format.h"

namespace npusim::cli {

report::SkippedImages skipped_images(const data::SkippedImages& skipped) {
  return {static_cast<std::int64_t>(skipped.indices.size()), skipped.names};
}

void append_skipped_notes(const std::string& section, const data::SkippedImages& skipped,
                          std::vector<std::string>& notes) {
  const std::size_t count = skipped.indices.size();
  if (count == 0) return;
  const std::size_t shown = skipped.reasons.size();
  notes.push_back(section + ": " + report::grouped(static_cast<std::int64_t>(count)) +
                  (count == 1 ? " picture" : " pictures") + " skipped" +
                  (count > shown ? ", the first of them:" : ":"));
  notes.insert(notes.end(), skipped.reasons.begin(), skipped.reasons.end());
}

}  // namespace npusim::cli
