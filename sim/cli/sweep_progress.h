// SPDX-License-Identifier: Apache-2.0
// How far a sweep is, on stderr: one line that changes on a terminal, a line now and then in a log.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace npusim::cli {

/// How many points are done.
struct PointCounts {
  std::int64_t before = 0;    // finished or failed already
  std::int64_t finished = 0;  // now
  std::int64_t failed = 0;    // now
};

class SweepProgress {
 public:
  /// `points`: all of them, those done before too.
  SweepProgress(std::int64_t points, bool quiet);
  /// Takes the line away.
  ~SweepProgress();
  SweepProgress(const SweepProgress&) = delete;
  SweepProgress& operator=(const SweepProgress&) = delete;

  /// May be called at any time; shown every 0.2 s on a terminal, every 30 s elsewhere.
  void show(const PointCounts& counts);

 private:
  const std::int64_t points_;
  const bool enabled_, terminal_;
  const std::chrono::steady_clock::time_point start_;
  double next_seconds_;
  bool shown_ = false;
};

/// "312 of 1,000 points, 2 failed, 24.1 points/s, 28 s left"; `seconds` for what was done now.
std::string progress_text(const PointCounts& counts, std::int64_t points, double seconds);

/// A time for people: "0.4 s", "28 s", "3 min 20 s", "2 h 05 min", "3 d 4 h".
std::string duration_text(double seconds);

}  // namespace npusim::cli
