// SPDX-License-Identifier: Apache-2.0
#include "sim/base/parallel.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace npusim::base {
namespace {

constexpr int kThreadCounts[] = {1, 2, 3, 8, 40};

std::string failure_of(std::int64_t count, int threads, const ItemWork& work) {
  try {
    parallel_for(count, threads, work);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "none";
}

TEST(ParallelFor, ShowsEveryItemOnceForAnyNumberOfThreads) {
  for (const int threads : kThreadCounts) {
    for (const std::int64_t count : {0, 1, 2, 7, 1000}) {
      std::vector<int> shown(static_cast<std::size_t>(count));
      parallel_for(count, threads, [&](std::int64_t i) { ++shown[static_cast<std::size_t>(i)]; });
      EXPECT_EQ(shown, std::vector<int>(shown.size(), 1)) << threads << " threads";
    }
  }
}

TEST(ParallelFor, IsPlainOrderOnOneThread) {
  for (const int threads : {-3, 0, 1}) {
    std::vector<std::int64_t> order;
    const std::thread::id here = std::this_thread::get_id();
    parallel_for(4, threads, [&](std::int64_t i) {
      EXPECT_EQ(std::this_thread::get_id(), here);
      order.push_back(i);
    });
    EXPECT_EQ(order, (std::vector<std::int64_t>{0, 1, 2, 3}));
  }
}

TEST(ParallelFor, DoesNothingForNoItems) {
  int made = 0;
  for (const std::int64_t count : {0, -1}) {
    parallel_for_with(count, 4, [&]() -> ItemWork { return ++made, [](std::int64_t) {}; });
  }
  EXPECT_EQ(made, 0);
}

// Each item waits for the other: this ends only if both are under way at once.
TEST(ParallelFor, RunsItemsAtTheSameTime) {
  std::atomic<int> begun{0};
  parallel_for(2, 2, [&](std::int64_t) {
    ++begun;
    while (begun < 2) std::this_thread::yield();
  });
  EXPECT_EQ(begun, 2);
}

TEST(ParallelFor, ThrowsWhatTheLowestItemThrew) {
  for (const int threads : kThreadCounts) {
    std::vector<std::atomic<int>> shown(200);
    const std::string failure = failure_of(200, threads, [&](std::int64_t i) {
      ++shown[static_cast<std::size_t>(i)];
      // The lower failure comes last.
      if (i == 20) std::this_thread::sleep_for(std::chrono::milliseconds(5));
      if (i >= 20 && i % 2 == 0) throw std::runtime_error("item " + std::to_string(i));
    });
    EXPECT_EQ(failure, "item 20") << threads << " threads";
    for (std::size_t i = 0; i <= 20; ++i) EXPECT_EQ(shown[i], 1) << i;
    // What threads had in hand when item 20 failed, and no more.
    if (threads == 1) {
      EXPECT_EQ(shown[21], 0);
    }
    EXPECT_EQ(shown[199], 0);
  }
}

TEST(ParallelFor, ThrowsWhatTheOnlyItemThrew) {
  const auto fail = [](std::int64_t) { throw std::runtime_error("alone"); };
  EXPECT_EQ(failure_of(1, 8, fail), "alone");
}

TEST(ParallelForWith, GivesEachThreadWorkOfItsOwn) {
  std::mutex mutex;
  std::set<std::thread::id> makers;
  int made = 0;
  parallel_for_with(3, 8, [&]() -> ItemWork {
    const std::lock_guard<std::mutex> lock(mutex);
    ++made;
    makers.insert(std::this_thread::get_id());
    return [owner = std::this_thread::get_id()](std::int64_t) {
      EXPECT_EQ(std::this_thread::get_id(), owner);
    };
  });
  EXPECT_LE(made, 3);
  EXPECT_EQ(static_cast<int>(makers.size()), made);
}

TEST(ParallelForWith, ThrowsWhatMakingTheWorkThrew) {
  for (const int threads : kThreadCounts) {
    const auto fail = []() -> ItemWork { throw std::runtime_error("no work"); };
    EXPECT_THROW(parallel_for_with(5, threads, fail), std::runtime_error);
  }
}

// Stacks larger than the address space: every start of a thread fails.
TEST(ParallelFor, DoesAllItselfWhereNoThreadIsLeft) {
  pthread_attr_t usual;
  ASSERT_EQ(pthread_getattr_default_np(&usual), 0);
  pthread_attr_t huge;
  ASSERT_EQ(pthread_getattr_default_np(&huge), 0);
  ASSERT_EQ(pthread_attr_setstacksize(&huge, std::size_t{1} << 60), 0);
  ASSERT_EQ(pthread_setattr_default_np(&huge), 0);
  EXPECT_THROW(std::thread([] {}).join(), std::system_error);
  std::set<std::thread::id> threads;
  std::int64_t sum = 0;
  parallel_for(5, 4, [&](std::int64_t i) {
    threads.insert(std::this_thread::get_id());
    sum += i;
  });
  ASSERT_EQ(pthread_setattr_default_np(&usual), 0);
  EXPECT_EQ(sum, 10);
  EXPECT_EQ(threads, std::set<std::thread::id>{std::this_thread::get_id()});
  pthread_attr_destroy(&usual);
  pthread_attr_destroy(&huge);
}

}  // namespace
}  // namespace npusim::base
