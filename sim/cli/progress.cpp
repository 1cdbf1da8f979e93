// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "sim/cli/output.h"
#include "sim/report/format.h"

namespace npusim::cli {
namespace {

constexpr double kRefreshSeconds = 0.1;

}  // namespace

Progress::Progress(bool quiet)
    : quiet_(quiet),
      enabled_(!quiet && is_capable_terminal(STDERR_FILENO)),
      start_(std::chrono::steady_clock::now()) {}

Progress::~Progress() {
  if (shown_) write_stderr(kClearLine);
}

void Progress::stage(const std::string& what) { stage(what, "", 0); }

void Progress::stage(const std::string& what, const std::string& unit, std::int64_t total) {
  if (!enabled_) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  what_ = what;
  unit_ = unit;
  total_ = total;
  done_ = 0;
  start_ = std::chrono::steady_clock::now();
  next_seconds_ = 1;
  show(what);
}

void Progress::advance(std::int64_t done) {
  if (!enabled_) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  done_ = std::max(done_, done);
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  if (seconds < next_seconds_ || done_ == 0) return;
  const double left = seconds * static_cast<double>(total_ - done_) / static_cast<double>(done_);
  show(fmt::format("{}: {} of {} {}, {:.0f} s left", what_, report::grouped(done_),
                   report::grouped(total_), unit_, left));
  next_seconds_ = seconds + kRefreshSeconds;
}

void Progress::note(const std::string& text) {
  if (quiet_) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  write_stderr(fmt::format("{}{}\n", shown_ ? kClearLine : "", text));
  shown_ = false;
}

void Progress::show(const std::string& text) {
  write_stderr(fmt::format("{}{}", kClearLine, text));
  shown_ = true;
}

}  // namespace npusim::cli
