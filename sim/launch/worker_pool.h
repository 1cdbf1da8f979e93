// SPDX-License-Identifier: Apache-2.0
// Worker processes on this machine. They are forked from this one, get one item after another and
// send back what they made of it. What they keep in memory stays from item to item.
//
//     WorkerPool pool(4, [] { return [session = Session()](std::string_view item) mutable {...};
//     }); pool.run({next_item, on_outcome});
//
// Lifetime: a worker is forked when there is an item for it, and ends with the pool. None outlives
// the process that forked it, however that one ends. A worker that dies is replaced. No process is
// left waiting to be reaped.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/launch/message_stream.h"

namespace npusim::launch {

/// Does one item in a worker process; what it returns reaches the pool's process.
using Work = std::function<std::string(std::string_view item)>;
/// Called once in each worker process, before its first item.
using MakeWork = std::function<Work()>;

/// What became of an item.
struct Outcome {
  enum class End {
    returned,  // text: what the work returned
    threw,     // text: what() of the exception that left the work, or making it; the worker lives
    died,      // text: how the worker ended, such as "killed by signal 9 (Killed)"
  };
  End end = End::returned;
  std::string text;
  int exit_code = 0;  // of a worker that died, as a shell says it: 128 + the signal
};

class WorkerPool {
 public:
  struct Callbacks {
    /// The next item, if there is one. Asked whenever a worker is free.
    std::function<std::optional<std::string>()> next_item;
    /// In the order in which items end; an item's worker already has its next one. What it throws
    /// ends the run as interrupt() does.
    std::function<void(const std::string& item, Outcome outcome)> on_outcome;
    /// Every 100 ms at least; may be empty. True ends the run: items under way are given up.
    std::function<bool()> interrupted;
    /// Readable when `interrupted` should be asked at once; -1: there is none.
    int wake_descriptor = -1;
  };

  /// workers: at least 1. The process must have one thread only.
  WorkerPool(int workers, MakeWork make_work);
  /// Ends the workers: those under way by SIGTERM, and where that does not end them, SIGKILL.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Hands out items until there are none and every one has ended. False where it was interrupted;
  /// workers that were under way are gone then. Throws std::system_error where not even one worker
  /// can be started.
  bool run(const Callbacks& callbacks);

  /// The workers' processes that live.
  std::vector<int> processes() const;

 private:
  struct Worker {
    int process = 0;  // 0: none
    Socket socket;
    MessageReader reader;
    std::optional<std::string> item;  // under way
  };

  int start(Worker& worker);
  void hand_out(const Callbacks& callbacks);
  void give(Worker& worker, std::string item);
  void wait(const Callbacks& callbacks);
  void listen(Worker& worker, const Callbacks& callbacks);
  Outcome reap(Worker& worker);
  void end_workers(bool only_busy);
  bool any_busy() const;
  bool is_interrupted(const Callbacks& callbacks);
  bool died_of_interrupt(const Outcome& outcome, const Callbacks& callbacks);

  const MakeWork make_work_;
  std::vector<Worker> workers_;
  std::optional<std::string> refused_;  // an item whose worker was gone before it took it
  bool exhausted_ = false;
  bool interrupted_ = false;  // the run under way
};

}  // namespace npusim::launch
