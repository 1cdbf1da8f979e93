// SPDX-License-Identifier: Apache-2.0
// One line on stderr that says what is going on: on a terminal that can clear a line, and
// never with --quiet.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace npusim::cli {

class Progress {
 public:
  explicit Progress(bool quiet);
  /// Takes the line away.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// A stage begins; one without a count: "calibrate".
  void stage(const std::string& what);
  /// A stage of `total` things begins, of which advance() is told: ("accuracy", "images", 2000).
  void stage(const std::string& what, const std::string& unit, std::int64_t total);
  /// `done` of them are done; from any thread, in any order. Shown after a second.
  void advance(std::int64_t done);
  /// A line that stays, on any stderr; not with --quiet.
  void note(const std::string& text);

 private:
  void show(const std::string& text);

  const bool quiet_, enabled_;
  std::mutex mutex_;  // guards all below
  std::string what_, unit_;
  std::int64_t total_ = 0, done_ = 0;
  std::chrono::steady_clock::time_point start_;
  double next_seconds_ = 1;
  bool shown_ = false;
};

}  // namespace npusim::cli
