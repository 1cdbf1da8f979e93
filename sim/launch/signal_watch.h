// SPDX-License-Identifier: Apache-2.0
// Ctrl-C as something to poll.
#pragma once

#include <csignal>
#include <optional>

namespace npusim::launch {

/// While one lives, SIGINT and SIGTERM interrupt nothing: they wait and can be polled. For
/// a program whose only thread is the one that makes it. Processes forked meanwhile do not get
/// SIGINT (a terminal sends it to all) and end at SIGTERM.
class SignalWatch {
 public:
  SignalWatch();
  /// What still waits is dropped: who did not look at it is past caring.
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

  /// Becomes readable when a signal waits.
  int descriptor() const { return descriptor_; }
  /// The signal that came first, if one waits; it is taken.
  std::optional<int> take();

  /// In a forked process: as described above.
  static void become_worker();

 private:
  int descriptor_;
  sigset_t before_;
};

}  // namespace npusim::launch
