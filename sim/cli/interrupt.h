// SPDX-License-Identifier: Apache-2.0
// Ctrl-C ends the program at once, with exit code 130, and leaves no half-written file behind.
#pragma once

namespace npusim::cli {

/// SIGINT and SIGTERM end the program from now on; SIGBUS, which a mapped file raises that another
/// program cuts off (base::FileBytes), ends it as bad input does.
void handle_interrupts();

/// While one lives in the main thread, and no other thread runs, an interrupt waits: around the
/// writing of files.
class DeferInterrupts {
 public:
  DeferInterrupts();
  ~DeferInterrupts();
  DeferInterrupts(const DeferInterrupts&) = delete;
  DeferInterrupts& operator=(const DeferInterrupts&) = delete;
};

}  // namespace npusim::cli
