// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/interrupt.h"

#include <unistd.h>

#include <csignal>

#include "sim/cli/command.h"

namespace npusim::cli {
namespace {

constexpr char kMessage[] = "\nnpusim: interrupted\n";

// Only what POSIX allows in a signal handler. Nothing needs to be undone: files are written whole,
// and an interrupt waits for that.
extern "C" void end_program(int /*signal*/) {
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, kMessage, sizeof kMessage - 1);
  ::_exit(kInterrupted);
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
  struct sigaction action = {};
  action.sa_handler = end_program;
  action.sa_mask = interrupts();
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
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
