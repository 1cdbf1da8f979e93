// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/interrupt.h"

#include <unistd.h>

#include <csignal>

#include "sim/base/files.h"
#include "sim/cli/command.h"

namespace npusim::cli {
namespace {

constexpr char kMessage[] = "\nnpusim: interrupted\n";
volatile std::sig_atomic_t skipped_bytes = 1;  // the newline, which only a progress line needs

// Only what POSIX allows in a signal handler. What a file takes long to be written, as a trace
// does, is removed; for others an interrupt waits.
extern "C" void end_program(int /*signal*/) {
  base::remove_unfinished_files();
  [[maybe_unused]] const auto written =
      ::write(STDERR_FILENO, kMessage + skipped_bytes,
              sizeof kMessage - 1 - static_cast<std::size_t>(skipped_bytes));
  ::_exit(kInterrupted);
}

constexpr char kCutOff[] = "npusim: an input file was cut off while it was in use\n";

// A page of a mapped file that the file no longer has.
extern "C" void end_without_file(int /*signal*/) {
  base::remove_unfinished_files();
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, kCutOff, sizeof kCutOff - 1);
  ::_exit(kBadInput);
}

sigset_t interrupts() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

void handle_interrupts() {
  if (isatty(STDERR_FILENO) != 0) skipped_bytes = 0;
  struct sigaction action = {};
  action.sa_handler = end_program;
  action.sa_mask = interrupts();
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  action.sa_handler = end_without_file;
  sigaction(SIGBUS, &action, nullptr);
}

DeferInterrupts::DeferInterrupts() {
  const sigset_t set = interrupts();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

DeferInterrupts::~DeferInterrupts() {
  const sigset_t set = interrupts();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace npusim::cli
