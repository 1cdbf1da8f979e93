// SPDX-License-Identifier: Apache-2.0
// What a worker process of a sweep does: from the number of a point to its record.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/launch/worker_pool.h"
#include "sim/sweep/space.h"

namespace npusim::cli {

/// What came of a point.
struct PointResult {
  bool finished = false;
  std::string record;  // of a finished one: as `npusim run --json` writes it, of the host the
                       // versions only, so that the same point is the same bytes everywhere
  std::string kind;    // of another: bad_input, simulation_failed, internal_error, died
  int exit_code = 0;   // of `npusim run`; 128 + the signal that ended the worker
  std::vector<std::string> messages;
};

/// Workers that evaluate points: an item is a point's number. The space must outlive them.
launch::MakeWork make_point_worker(const sweep::Space& space);

/// What a worker sent, or how it ended.
PointResult point_result(launch::Outcome outcome);

}  // namespace npusim::cli
