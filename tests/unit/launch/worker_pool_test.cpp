// SPDX-License-Identifier: Apache-2.0
#include "sim/launch/worker_pool.h"

#include <dirent.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "sim/launch/signal_watch.h"

namespace npusim::launch {
namespace {

using End = Outcome::End;
constexpr int kWorkerCounts[] = {1, 2, 5};

/// Hands out the items of a list and collects what becomes of them.
struct Collector {
  explicit Collector(std::vector<std::string> all) : items(std::move(all)) {
    callbacks.next_item = [this]() -> std::optional<std::string> {
      if (next == items.size()) return std::nullopt;
      return items[next++];
    };
    callbacks.on_outcome = [this](const std::string& item, Outcome outcome) {
      EXPECT_TRUE(outcomes.emplace(item, std::move(outcome)).second) << item << " came twice";
    };
  }
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;

  std::vector<std::string> items;
  std::size_t next = 0;
  std::map<std::string, Outcome> outcomes;
  WorkerPool::Callbacks callbacks;
};

std::vector<std::string> numbered(int count) {
  std::vector<std::string> items;
  items.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) items.push_back(std::to_string(i));
  return items;
}

bool has_children() {
  errno = 0;
  return ::waitpid(-1, nullptr, WNOHANG) >= 0 || errno != ECHILD;
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  DIR* folder = ::opendir("/proc/self/fd");
  while (::readdir(folder) != nullptr) ++count;
  ::closedir(folder);
  return count;
}

TEST(WorkerPool, EveryItemComesBackOnceFromAnyNumberOfWorkers) {
  for (const int workers : kWorkerCounts) {
    Collector collector(numbered(40));
    const std::size_t descriptors = open_descriptors();
    {
      WorkerPool pool(workers, [] {
        return [](std::string_view item) { return "made of " + std::string(item); };
      });
      EXPECT_TRUE(pool.run(collector.callbacks));
      EXPECT_LE(pool.processes().size(), static_cast<std::size_t>(workers));
    }
    EXPECT_FALSE(has_children());
    EXPECT_EQ(open_descriptors(), descriptors);
    ASSERT_EQ(collector.outcomes.size(), 40U);
    for (const auto& [item, outcome] : collector.outcomes) {
      EXPECT_EQ(outcome.end, End::returned);
      EXPECT_EQ(outcome.text, "made of " + item);
    }
  }
}

TEST(WorkerPool, WorkersAreOtherProcessesAndKeepTheirState) {
  WorkerPool pool(1, [] {
    return [count = 0](std::string_view) mutable {
      return std::to_string(::getpid()) + ':' + std::to_string(++count);
    };
  });
  Collector first({"a", "b"});
  Collector second({"c"});
  EXPECT_TRUE(pool.run(first.callbacks));
  ASSERT_EQ(pool.processes().size(), 1U);
  const std::string process = std::to_string(pool.processes().front());
  EXPECT_TRUE(pool.run(second.callbacks));
  EXPECT_NE(process, std::to_string(::getpid()));
  EXPECT_EQ(first.outcomes.at("b").text, process + ":2");
  EXPECT_EQ(second.outcomes.at("c").text, process + ":3");
}

TEST(WorkerPool, NoItemsIsNoWorker) {
  Collector collector({});
  WorkerPool pool(3, []() -> Work { throw std::logic_error("must not be made"); });
  EXPECT_TRUE(pool.run(collector.callbacks));
  EXPECT_TRUE(pool.processes().empty());
}

TEST(WorkerPool, AnyBytesOfAnyLengthComeBack) {
  std::string all_bytes;
  for (int i = 0; i < 256; ++i) all_bytes.push_back(static_cast<char>(i));
  std::string long_item;
  for (int i = 0; i < 20'000; ++i) long_item += all_bytes;  // 5 MB: more than a socket holds
  Collector collector({"", all_bytes, long_item});
  WorkerPool pool(2, [] { return [](std::string_view item) { return std::string(item); }; });
  EXPECT_TRUE(pool.run(collector.callbacks));
  ASSERT_EQ(collector.outcomes.size(), 3U);
  for (const auto& [item, outcome] : collector.outcomes) EXPECT_TRUE(outcome.text == item);
}

TEST(WorkerPool, AnExceptionIsItsItemsAndTheWorkerGoesOn) {
  Collector collector({"1", "bad", "2"});
  WorkerPool pool(1, [] {
    return [](std::string_view item) -> std::string {
      if (item == "bad") throw std::runtime_error("cannot do bad");
      return std::to_string(::getpid());
    };
  });
  EXPECT_TRUE(pool.run(collector.callbacks));
  EXPECT_EQ(collector.outcomes.at("bad").end, End::threw);
  EXPECT_EQ(collector.outcomes.at("bad").text, "cannot do bad");
  EXPECT_EQ(collector.outcomes.at("1").text, collector.outcomes.at("2").text);
}

TEST(WorkerPool, AWorkerThatCannotBeMadeFailsEveryItem) {
  Collector collector({"1", "2"});
  WorkerPool pool(2, []() -> Work { throw std::runtime_error("no model"); });
  EXPECT_TRUE(pool.run(collector.callbacks));
  ASSERT_EQ(collector.outcomes.size(), 2U);
  for (const auto& [item, outcome] : collector.outcomes) EXPECT_EQ(outcome.text, "no model");
}

TEST(WorkerPool, AWorkerThatDiesIsReplacedAndItsItemSaysHow) {
  for (const int workers : kWorkerCounts) {
    Collector collector({"1", "kill", "2", "exit", "abort", "3", "half"});
    {
      WorkerPool pool(workers, [] {
        return [](std::string_view item) -> std::string {
          if (item == "kill") std::raise(SIGKILL);
          if (item == "exit") ::_exit(7);
          if (item == "abort") {
            const rlimit no_core = {0, 0};
            ::setrlimit(RLIMIT_CORE, &no_core);
            std::signal(SIGABRT, SIG_DFL);
            std::raise(SIGABRT);
          }
          return "done";
        };
      });
      EXPECT_TRUE(pool.run(collector.callbacks));
    }
    EXPECT_FALSE(has_children());
    ASSERT_EQ(collector.outcomes.size(), 7U);
    EXPECT_EQ(collector.outcomes.at("kill").end, End::died);
    EXPECT_EQ(collector.outcomes.at("kill").text, "killed by signal 9 (Killed)");
    EXPECT_EQ(collector.outcomes.at("kill").exit_code, 137);
    EXPECT_EQ(collector.outcomes.at("exit").exit_code, 7);
    EXPECT_EQ(collector.outcomes.at("exit").text, "ended with exit code 7");
    EXPECT_EQ(collector.outcomes.at("abort").text, "killed by signal 6 (Aborted)");
    for (const char* item : {"1", "2", "3", "half"})
      EXPECT_EQ(collector.outcomes.at(item).end, End::returned) << item;
  }
}

TEST(WorkerPool, AnIdleWorkerThatIsGoneIsReplacedWithoutLoss) {
  WorkerPool pool(1, [] { return [](std::string_view) { return std::to_string(::getpid()); }; });
  Collector first({"1"});
  EXPECT_TRUE(pool.run(first.callbacks));
  const int gone = pool.processes().at(0);
  ::kill(gone, SIGKILL);
  siginfo_t info = {};
  ::waitid(P_PID, static_cast<id_t>(gone), &info, WEXITED | WNOWAIT);  // dead, and left to the pool
  Collector second({"2", "3"});
  EXPECT_TRUE(pool.run(second.callbacks));
  ASSERT_EQ(second.outcomes.size(), 2U);
  EXPECT_EQ(second.outcomes.at("2").end, End::returned);
  EXPECT_NE(second.outcomes.at("2").text, std::to_string(gone));
}

TEST(WorkerPool, AnInterruptGivesUpWhatIsUnderWay) {
  Collector collector(numbered(100));
  WorkerPool pool(3, [] {
    return [](std::string_view item) -> std::string {
      if (item >= "5") ::pause();
      return "done";
    };
  });
  collector.callbacks.interrupted = [&] { return collector.outcomes.size() >= 2; };
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(pool.run(collector.callbacks));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
  EXPECT_LT(collector.outcomes.size(), 100U);
  Collector later({"1"});
  EXPECT_TRUE(pool.run(later.callbacks));
  EXPECT_EQ(later.outcomes.at("1").text, "done");
}

TEST(WorkerPool, WhatACallbackThrowsEndsTheRun) {
  Collector collector(numbered(10));
  collector.callbacks.on_outcome = [](const std::string&, const Outcome&) {
    throw std::runtime_error("disk full");
  };
  {
    WorkerPool pool(2, [] { return [](std::string_view item) { return std::string(item); }; });
    EXPECT_THROW(pool.run(collector.callbacks), std::runtime_error);
  }
  EXPECT_FALSE(has_children());
}

/// A process that runs a pool whose workers write their number into a pipe and wait for ever.
TEST(WorkerPool, NoWorkerOutlivesAKilledParent) {
  std::array<int, 2> ends = {};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const int parent = ::fork();
  ASSERT_GE(parent, 0);
  if (parent == 0) {
    ::close(ends[0]);
    Collector collector(numbered(3));
    WorkerPool pool(3, [&] {
      return [&](std::string_view) -> std::string {
        [[maybe_unused]] const auto written = ::write(ends[1], "x", 1);
        for (;;) ::pause();
      };
    });
    pool.run(collector.callbacks);
    ::_exit(0);
  }
  ::close(ends[1]);
  char byte = 0;
  for (int i = 0; i < 3; ++i) ASSERT_EQ(::read(ends[0], &byte, 1), 1);  // all three work
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  EXPECT_EQ(::read(ends[0], &byte, 1), 0);  // the end: nobody holds the pipe any more
  ::close(ends[0]);
}

TEST(SignalWatch, CtrlCInterruptsTheRunAndNotTheWorkers) {
  SignalWatch watch;
  Collector collector({"1", "2"});
  WorkerPool pool(1, [parent = ::getpid()] {
    return [parent](std::string_view item) -> std::string {
      std::raise(SIGINT);
      if (item == "2") {
        ::kill(parent, SIGINT);
        ::pause();
      }
      return "alive";
    };
  });
  collector.callbacks.wake_descriptor = watch.descriptor();
  std::optional<int> signal;
  collector.callbacks.interrupted = [&] { return (signal = watch.take()).has_value(); };
  EXPECT_FALSE(pool.run(collector.callbacks));
  EXPECT_EQ(signal, SIGINT);
  ASSERT_EQ(collector.outcomes.size(), 1U);
  EXPECT_EQ(collector.outcomes.at("1").text, "alive");
}

}  // namespace
}  // namespace npusim::launch
