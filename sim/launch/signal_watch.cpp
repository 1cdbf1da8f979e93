// SPDX-License-Identifier: Apache-2.0
#include "sim/launch/signal_watch.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "sim/base/unfinished.h"

namespace npusim::launch {
namespace {

bool is_ignored(int signal) {
  struct sigaction action = {};
  return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

sigset_t watched() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  if (!is_ignored(SIGHUP)) sigaddset(&set, SIGHUP);  // by nohup
  return set;
}

// In a signal handler. The signal is at its default again: whoever waits for the worker sees it.
extern "C" void end_worker(int signal) {
  base::remove_unfinished();
  ::raise(signal);
}

}  // namespace

SignalWatch::SignalWatch() : descriptor_(-1), before_() {
  const sigset_t set = watched();
  pthread_sigmask(SIG_BLOCK, &set, &before_);
  descriptor_ = ::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  if (descriptor_ >= 0) return;
  const int error = errno;
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  throw std::system_error(error, std::generic_category(), "signalfd");
}

SignalWatch::~SignalWatch() {
  ::close(descriptor_);
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

std::optional<int> SignalWatch::take() {
  signalfd_siginfo info = {};
  if (::read(descriptor_, &info, sizeof info) != static_cast<ssize_t>(sizeof info))
    return std::nullopt;
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  return static_cast<int>(info.ssi_signo);
}

void SignalWatch::become_worker() {
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGHUP, SIG_IGN);
  struct sigaction action = {};
  action.sa_handler = end_worker;
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_NODEFER);
  sigaction(SIGTERM, &action, nullptr);
  const sigset_t set = watched();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace npusim::launch
