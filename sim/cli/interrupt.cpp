// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/interrupt.h"

#include <unistd.h>

#include <csignal>
#include <cstddef>

#include "sim/base/unfinished.h"
#include "sim/cli/command.h"

namespace npusim::cli {
namespace {

constexpr char kMessage[] = "\nnpusim: interrupted\n";
volatile std::sig_atomic_t skipped_bytes = 1;  // the newline, which only a progress line needs
volatile std::sig_atomic_t deferred = 0;       // how many defer interrupts
volatile std::sig_atomic_t waiting = 0;        // an interrupt

// In signal handlers: only what POSIX allows there.

[[noreturn]] void end_program(const char* message, std::size_t bytes, ExitCode code) {
  base::remove_unfinished();
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, message, bytes);
  ::_exit(code);
}

[[noreturn]] void end_interrupted() {
  const auto skipped = static_cast<std::size_t>(skipped_bytes);
  end_program(kMessage + skipped, sizeof kMessage - 1 - skipped, kInterrupted);
}

extern "C" void on_interrupt(int /*signal*/) {
  if (deferred == 0 || waiting != 0) end_interrupted();
  waiting = 1;
}

constexpr char kCutOff[] = "npusim: an input file was cut off while it was in use\n";

// A page of a mapped file that the file no longer has.
extern "C" void end_without_file(int /*signal*/) {
  end_program(kCutOff, sizeof kCutOff - 1, kBadInput);
}

// The system call that raised the signal fails, and whoever made it says what with. Unlike an
// ignored signal, one that is handled is as usual in programs that are started from here.
extern "C" void leave_to_caller(int /*signal*/) {}

bool is_ignored(int signal) {
  struct sigaction action = {};
  return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

void handle_interrupts() {
  if (isatty(STDERR_FILENO) != 0) skipped_bytes = 0;
  struct sigaction action = {};
  action.sa_flags = SA_RESTART;
  sigaddset(&action.sa_mask, SIGINT);
  sigaddset(&action.sa_mask, SIGTERM);
  sigaddset(&action.sa_mask, SIGHUP);
  action.sa_handler = on_interrupt;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  if (!is_ignored(SIGHUP)) sigaction(SIGHUP, &action, nullptr);
  action.sa_handler = end_without_file;
  sigaction(SIGBUS, &action, nullptr);
  action.sa_handler = leave_to_caller;
  sigaction(SIGPIPE, &action, nullptr);
  sigaction(SIGXFSZ, &action, nullptr);
}

DeferInterrupts::DeferInterrupts() { deferred = deferred + 1; }

DeferInterrupts::~DeferInterrupts() {
  deferred = deferred - 1;
  if (deferred == 0 && waiting != 0) end_interrupted();
}

}  // namespace npusim::cli
