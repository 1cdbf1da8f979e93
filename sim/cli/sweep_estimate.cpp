// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/sweep_estimate.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <optional>
#include <utility>

#include "sim/cli/point_worker.h"
#include "sim/cli/sweep_progress.h"
#include "sim/report/format.h"

namespace npusim::cli {
namespace {

using Clock = std::chrono::steady_clock;
constexpr double kMostSeconds = 10;
constexpr std::size_t kMostNext = 6;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// The first of the group that comes first, and some of its others, evenly spread.
std::vector<std::int64_t> samples(const std::vector<sweep::IndexEntry>& points,
                                  std::int64_t group_points) {
  std::vector<std::int64_t> numbers = {points.front().point};
  const auto others = static_cast<std::size_t>(group_points - 1);
  const std::size_t taken = std::min(others, kMostNext);
  for (std::size_t i = 1; i <= taken; ++i) numbers.push_back(points[i * others / taken].point);
  return numbers;
}

}  // namespace

double estimated_seconds(std::int64_t count, std::int64_t groups, int workers, double first_seconds,
                         const std::vector<double>& next_seconds) {
  const double next = next_seconds.empty()
                          ? first_seconds
                          : std::accumulate(next_seconds.begin(), next_seconds.end(), 0.0) /
                                static_cast<double>(next_seconds.size());
  const double preparation = std::max(first_seconds - next, 0.0);
  const double spread = static_cast<double>(std::min<std::int64_t>(count, workers));
  // Every worker prepares its first group by itself.
  return (preparation * static_cast<double>(std::max<std::int64_t>(groups, 1)) +
          next * static_cast<double>(count)) /
         std::max(spread, 1.0);
}

std::string estimate_text(const SweepPlan& plan, const std::vector<sweep::IndexEntry>& points,
                          std::int64_t count, int workers) {
  const std::vector<std::int64_t> groups = group_sizes(plan.config(), points);
  const std::vector<std::int64_t> numbers =
      samples(in_working_order(plan.config(), points), groups.front());
  launch::WorkerPool pool(1, make_point_worker(plan.space()));
  std::vector<double> seconds;
  std::int64_t failed = 0;
  std::size_t next = 0;
  const Clock::time_point begin = Clock::now();
  Clock::time_point start = begin;
  launch::WorkerPool::Callbacks callbacks;
  callbacks.next_item = [&]() -> std::optional<std::string> {
    if (next == numbers.size()) return std::nullopt;
    return std::to_string(numbers[next++]);
  };
  callbacks.on_outcome = [&](const std::string&, launch::Outcome outcome) {
    if (!point_result(std::move(outcome)).finished) ++failed;
    seconds.push_back(seconds_since(start));
    start = Clock::now();
  };
  callbacks.interrupted = [&] { return seconds_since(begin) > kMostSeconds; };
  pool.run(callbacks);

  const std::string with = fmt::format("with {} worker{}", workers, workers == 1 ? "" : "s");
  if (seconds.empty()) {
    return fmt::format("time: the first point takes more than {}\n", duration_text(kMostSeconds));
  }
  const double total = estimated_seconds(count, static_cast<std::int64_t>(groups.size()), workers,
                                         seconds.front(), {seconds.begin() + 1, seconds.end()});
  std::string text =
      fmt::format("time: about {} {} for {} points ({} of them timed", duration_text(total), with,
                  report::grouped(count), seconds.size());
  if (failed != 0) text += fmt::format(", {} failed", failed);
  return text + ")\n";
}

}  // namespace npusim::cli
