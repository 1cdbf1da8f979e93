// SPDX-License-Identifier: Apache-2.0
// The embedded workload with few images, as the tests of this folder use it.
#pragma once

#include "sim/config/run_config.h"
#include "tests/support/support.h"

namespace npusim::cli {

inline config::RunConfig embedded_run() {
  config::RunFlags flags;
  flags.images = "40";
  flags.set = {"calibration.images=2"};
  const config::SearchFolders folders = {{}, {test::source_dir() / "configs"}};
  return config::read_run_config((test::source_dir() / "workloads/mobilenet.yaml").string(), flags,
                                 {}, folders);
}

}  // namespace npusim::cli
