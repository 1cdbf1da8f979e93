// SPDX-License-Identifier: Apache-2.0
#include "sim/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <limits>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace npusim::base {
namespace {

constexpr std::int64_t kBeforeAll = -1;

class Loop {
 public:
  Loop(std::int64_t count, const std::function<ItemWork()>& make_work)
      : count_(count), make_work_(make_work) {}

  void run(int threads) {
    std::vector<std::thread> others;
    const std::int64_t wanted = std::min<std::int64_t>(threads, count_);
    try {
      for (std::int64_t t = 1; t < wanted; ++t) others.emplace_back([this] { work(); });
    } catch (const std::system_error&) {
      // No thread left: those that are there do it all.
    }
    work();
    for (std::thread& other : others) other.join();
    if (error_ != nullptr) std::rethrow_exception(error_);
  }

 private:
  // Items are taken in order, so whoever has one that is below a failure finishes it.
  void work() noexcept {
    std::int64_t item = kBeforeAll;
    try {
      const ItemWork show = make_work_();
      for (item = next_++; item < count_ && item < failed_; item = next_++) show(item);
    } catch (...) {
      report(item, std::current_exception());
    }
  }

  void report(std::int64_t item, std::exception_ptr error) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (item >= failed_) return;
    failed_ = item;
    error_ = std::move(error);
  }

  const std::int64_t count_;
  const std::function<ItemWork()>& make_work_;
  std::atomic<std::int64_t> next_{0};
  std::atomic<std::int64_t> failed_{std::numeric_limits<std::int64_t>::max()};  // the lowest
  std::mutex mutex_;          // guards error_, and failed_ where it is lowered
  std::exception_ptr error_;  // of item failed_
};

}  // namespace

void parallel_for(std::int64_t count, int threads, const ItemWork& work) {
  parallel_for_with(count, threads,
                    [&work]() -> ItemWork { return [&work](std::int64_t item) { work(item); }; });
}

void parallel_for_with(std::int64_t count, int threads,
                       const std::function<ItemWork()>& make_work) {
  if (count > 0) Loop(count, make_work).run(threads);
}

}  // namespace npusim::base
