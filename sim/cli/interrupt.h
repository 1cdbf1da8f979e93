// SPDX-License-Identifier: Apache-2.0
// Ctrl-C ends the program at once, with exit code 130, and leaves no half-written file behind.
#pragma once

namespace npusim::cli {

/// From now on SIGINT, SIGTERM and, unless it is ignored (nohup), SIGHUP end the program; SIGBUS,
/// which a mapped file raises that another program cuts off (base::FileBytes), ends it as bad input
/// does. What is base::Unfinished is removed. A pipe that nobody reads and a file over the limit of
/// its size (SIGPIPE, SIGXFSZ) are errors of writing, as a full disk is one.
void handle_interrupts();

/// While one lives in the main thread, the first interrupt waits for its end, and the second ends
/// the program: around several small things that belong together.
class DeferInterrupts {
 public:
  DeferInterrupts();
  ~DeferInterrupts();
  DeferInterrupts(const DeferInterrupts&) = delete;
  DeferInterrupts& operator=(const DeferInterrupts&) = delete;
};

}  // namespace npusim::cli
