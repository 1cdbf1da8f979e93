// SPDX-License-Identifier: Apache-2.0
// From points to the configurations of their runs.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "sim/config/run_config.h"
#include "sim/sweep/space.h"

namespace npusim::sweep {

/// What `where` and `derived` may name beside axes: keys of the run file, `set` and the hardware
/// that no axis and no derived key touches, where all run files of the sweep agree. The
/// configuration must outlive the function.
Space::FixedValues fixed_values(const SweepConfig& config, const config::RunNeeds& needs,
                                const config::SearchFolders& folders);

/// Reads the runs of points; every run file and hardware file is opened and parsed once, so that a
/// point takes about 0.1 ms. One thread.
class PointReader {
 public:
  /// The space must outlive the reader.
  PointReader(const Space& space, const config::RunNeeds& needs,
              const config::SearchFolders& folders)
      : space_(space), needs_(needs), folders_(folders) {}

  /// Throws base::InputError as config::read_run_config does.
  config::RunConfig read(const Point& point);

 private:
  const Space& space_;
  const config::RunNeeds needs_;
  const config::SearchFolders folders_;
  std::map<std::string, config::RunFile> files_;
};

/// Reads the run of every point: of those that `space.points()` has, or, of a space that is
/// searched, of all that `where` keeps up to 10,000 points and of as many random ones beyond.
/// Returns how many. Throws base::InputError with what is wrong with them: each message once, with
/// the first point it is about and how many more, at the place of the axis or key; at most ten
/// messages. `on_point`, where given, sees every point that is right.
std::int64_t check_points(
    const Space& space, PointReader& reader,
    const std::function<void(const Point&, const config::RunConfig&)>& on_point = {});

}  // namespace npusim::sweep
