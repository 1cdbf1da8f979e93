// SPDX-License-Identifier: Apache-2.0
// What `npusim run` does but for printing, for one run after another: a sweep's points differ in
// few keys, so the network, its calibration, its quantizations and the Program stay from run to run
// as far as the next run's inputs are the same, and so do the networks' answers; a cache shares
// them with other processes. No report shows what came before it.
#pragma once

#include <memory>
#include <vector>

#include "frontend/compile/pipeline.h"
#include "sim/cache/store.h"
#include "sim/cli/progress.h"
#include "sim/cli/run_listener.h"
#include "sim/config/run_config.h"
#include "sim/report/report.h"

namespace npusim::cli {

class RunSession {
 public:
  /// `threads`, at least 1, and `cache`, if given, which outlives this: results depend on neither.
  explicit RunSession(int threads, const cache::Store* cache = nullptr);
  ~RunSession();
  RunSession(const RunSession&) = delete;
  RunSession& operator=(const RunSession&) = delete;

  /// The whole report but `host`. `run` was read with RunNeeds{} (a dataset is needed). Throws what
  /// the stages and simulate throw; after that the session goes on as before.
  report::Report run(const config::RunConfig& run, Progress& progress,
                     const std::vector<RunListener*>& listeners = {});

  /// The stages that the runs so far needed, in order (compile::Pipeline::stages).
  const std::vector<compile::StageRecord>& stages() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace npusim::cli
