// SPDX-License-Identifier: Apache-2.0
#include "sim/launch/worker_pool.h"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <iostream>
#include <system_error>
#include <thread>
#include <utility>

#include "sim/launch/signal_watch.h"

namespace npusim::launch {
namespace {

constexpr int kTickMilliseconds = 100;
constexpr int kSignalBase = 128;  // of a shell's exit codes
constexpr char kItem = 'i';
constexpr char kReturned = 'r';
constexpr char kThrew = 't';

Outcome death(int status) {
  if (!WIFSIGNALED(status)) {
    const int code = WEXITSTATUS(status);
    return {Outcome::End::died, "ended with exit code " + std::to_string(code), code};
  }
  const int signal = WTERMSIG(status);
  return {Outcome::End::died,
          "killed by signal " + std::to_string(signal) + " (" + strsignal(signal) + ')',
          kSignalBase + signal};
}

int wait_for(int process) {
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) continue;
  return status;
}

/// After SIGTERM: lets it clean up, which takes no time; one that was stopped cannot.
void await_end(int process) {
  constexpr auto kStep = std::chrono::milliseconds(1);
  constexpr int kMostSteps = 1000;
  for (int step = 0; step < kMostSteps; ++step) {
    siginfo_t info = {};
    const auto id = static_cast<id_t>(process);
    if (::waitid(P_PID, id, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == process)
      return;
    std::this_thread::sleep_for(kStep);
  }
  ::kill(process, SIGKILL);
}

/// One item after another until the other side is gone.
void serve(const Socket& socket, const MakeWork& make_work) {
  Work work;
  while (const std::optional<Message> item = receive_message(socket)) {
    char kind = kReturned;
    std::string text;
    try {
      if (!work) work = make_work();
      text = work(item->bytes);
    } catch (const std::exception& error) {
      kind = kThrew;
      text = error.what();
    }
    if (!send_message(socket, kind, text)) return;
  }
}

/// The life of a worker process; it runs nothing of what its parent has set up to run at its end.
[[noreturn]] void live_as_worker(const Socket& socket, const MakeWork& make_work, int parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(0);  // it ended before the line above
  SignalWatch::become_worker();
  int code = 0;
  try {
    serve(socket, make_work);
  } catch (...) {
    code = 1;  // the parent sees the end of the stream and this code
  }
  std::fflush(stdout);
  std::fflush(stderr);
  ::_exit(code);
}

}  // namespace

WorkerPool::WorkerPool(int workers, MakeWork make_work)
    : make_work_(std::move(make_work)), workers_(static_cast<std::size_t>(std::max(workers, 1))) {}

WorkerPool::~WorkerPool() { end_workers(/*only_busy=*/false); }

bool WorkerPool::is_interrupted(const Callbacks& callbacks) {
  interrupted_ = interrupted_ || (callbacks.interrupted && callbacks.interrupted());
  return interrupted_;
}

/// Whether it died of what interrupts this process too, whose own signal may come a little later.
bool WorkerPool::died_of_interrupt(const Outcome& outcome, const Callbacks& callbacks) {
  constexpr int kGraceMilliseconds = 50;
  if (outcome.end != Outcome::End::died || outcome.exit_code != kSignalBase + SIGTERM) return false;
  pollfd wake = {callbacks.wake_descriptor, POLLIN, 0};
  if (callbacks.wake_descriptor >= 0) ::poll(&wake, 1, kGraceMilliseconds);
  return is_interrupted(callbacks);
}

bool WorkerPool::run(const Callbacks& callbacks) {
  exhausted_ = interrupted_ = false;
  try {
    for (;;) {
      if (is_interrupted(callbacks)) {
        end_workers(/*only_busy=*/true);
        return false;
      }
      hand_out(callbacks);
      if (!any_busy()) return true;
      wait(callbacks);
    }
  } catch (...) {
    end_workers(/*only_busy=*/true);
    throw;
  }
}

std::vector<int> WorkerPool::processes() const {
  std::vector<int> living;
  for (const Worker& worker : workers_) {
    if (worker.process != 0) living.push_back(worker.process);
  }
  return living;
}

/// 0, or the error number of what the system refused.
int WorkerPool::start(Worker& worker) {
  std::array<int, 2> ends = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return errno;
  Socket ours(ends[0]);
  const Socket theirs(ends[1]);
  std::cout.flush();  // what waits there would be written twice
  std::fflush(stdout);
  std::fflush(stderr);
  const int parent = ::getpid();
  const int process = ::fork();
  if (process < 0) return errno;
  if (process == 0) {
    ours.close();  // and the others', whose workers would not see their end otherwise
    for (Worker& other : workers_) other.socket.close();
    live_as_worker(theirs, make_work_, parent);
  }
  worker.process = process;
  worker.socket = std::move(ours);
  worker.reader = MessageReader();
  return 0;
}

void WorkerPool::give(Worker& worker, std::string item) {
  if (send_message(worker.socket, kItem, item)) {
    worker.item = std::move(item);
  } else {
    reap(worker);
    refused_ = std::move(item);
  }
}

void WorkerPool::hand_out(const Callbacks& callbacks) {
  for (Worker& worker : workers_) {
    while (!worker.item) {
      std::optional<std::string> item = std::exchange(refused_, std::nullopt);
      if (!item && !exhausted_) item = callbacks.next_item();
      if (!item) {
        exhausted_ = true;
        return;
      }
      const int error = worker.process == 0 ? start(worker) : 0;
      if (error != 0) {
        if (processes().empty())
          throw std::system_error(error, std::generic_category(), "cannot start a worker process");
        refused_ = std::move(item);  // for one of those that there are
        break;
      }
      give(worker, std::move(*item));
    }
  }
}

void WorkerPool::wait(const Callbacks& callbacks) {
  std::vector<pollfd> polled;
  std::vector<Worker*> owners;
  for (Worker& worker : workers_) {
    if (!worker.item) continue;
    polled.push_back({worker.socket.get(), POLLIN, 0});
    owners.push_back(&worker);
  }
  polled.push_back({callbacks.wake_descriptor, POLLIN, 0});  // a negative one is passed over
  const int ready = ::poll(polled.data(), polled.size(), kTickMilliseconds);
  if (ready < 0 && errno != EINTR)
    throw std::system_error(errno, std::generic_category(), "poll of the workers");
  if (ready <= 0) return;
  for (std::size_t i = 0; i < owners.size(); ++i) {
    if (polled[i].revents != 0) listen(*owners[i], callbacks);
  }
}

void WorkerPool::listen(Worker& worker, const Callbacks& callbacks) {
  const bool there = worker.reader.take(worker.socket);
  std::optional<Message> message = worker.reader.next();
  Outcome outcome;
  if (message) {
    outcome.end = message->kind == kReturned ? Outcome::End::returned : Outcome::End::threw;
    outcome.text = std::move(message->bytes);
  } else if (there) {
    return;  // a part of it
  } else {
    outcome = reap(worker);
    if (died_of_interrupt(outcome, callbacks)) {
      worker.item.reset();  // given up
      return;
    }
  }
  const std::string item = std::move(*std::exchange(worker.item, std::nullopt));
  hand_out(callbacks);  // first: the worker computes while the outcome is written
  callbacks.on_outcome(item, std::move(outcome));
}

Outcome WorkerPool::reap(Worker& worker) {
  worker.socket.close();
  const int status = wait_for(worker.process);
  worker.process = 0;
  return death(status);
}

void WorkerPool::end_workers(bool only_busy) {
  for (const Worker& worker : workers_) {  // all at once
    if (worker.process != 0 && worker.item) ::kill(worker.process, SIGTERM);
  }
  for (Worker& worker : workers_) {
    if (worker.process == 0 || (only_busy && !worker.item)) continue;
    // One without an item ends by itself at the end of its stream.
    if (worker.item) await_end(worker.process);
    reap(worker);
    worker.item.reset();
  }
  refused_.reset();
}

bool WorkerPool::any_busy() const {
  return std::any_of(workers_.begin(), workers_.end(),
                     [](const Worker& worker) { return worker.item.has_value(); });
}

}  // namespace npusim::launch
