// SPDX-License-Identifier: Apache-2.0
// Ctrl-C as something to poll.
#pragma once

#include <csignal>
#include <optional>

namespace npusim::launch {

/// While one lives, the first SIGINT, SIGTERM or, unless it is ignored, SIGHUP interrupts nothing:
/// it waits and can be polled. Once it was taken, a further one does what it did before; so does
/// the first at the end of this object's life where nobody took it. For a program whose only thread
/// is the one that makes it. Processes forked meanwhile do not get SIGINT and SIGHUP (a terminal
/// sends them to all), and end at SIGTERM, without what they have base::Unfinished.
class SignalWatch {
 public:
  SignalWatch();
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
