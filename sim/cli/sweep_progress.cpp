// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/sweep_progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "sim/cli/output.h"
#include "sim/cli/table.h"
#include "sim/report/format.h"

namespace npusim::cli {
namespace {

constexpr double kTerminalSeconds = 0.2;
constexpr double kLogSeconds = 30;

}  // namespace

SweepProgress::SweepProgress(std::int64_t points, bool quiet)
    : points_(points),
      enabled_(!quiet),
      terminal_(is_capable_terminal(STDERR_FILENO)),
      start_(std::chrono::steady_clock::now()),
      next_seconds_(terminal_ ? kTerminalSeconds : kLogSeconds) {}

SweepProgress::~SweepProgress() {
  if (shown_ && terminal_) write_stderr(kClearLine);
}

void SweepProgress::show(const PointCounts& counts) {
  if (!enabled_) return;
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  if (seconds < next_seconds_) return;
  next_seconds_ = seconds + (terminal_ ? kTerminalSeconds : kLogSeconds);
  const std::string text = progress_text(counts, points_, seconds);
  write_stderr(fmt::format("{}npusim sweep: {}{}", terminal_ ? kClearLine : "", text,
                           terminal_ ? "" : "\n"));
  shown_ = true;
}

std::string progress_text(const PointCounts& counts, std::int64_t points, double seconds) {
  const std::int64_t now = counts.finished + counts.failed;
  const std::int64_t done = counts.before + now;
  std::string text = fmt::format("{} of {} points", report::grouped(done), report::grouped(points));
  if (counts.failed != 0) text += fmt::format(", {} failed", report::grouped(counts.failed));
  if (now == 0 || seconds <= 0) return text;
  constexpr double kSlow = 0.1, kSecondsPerHour = 3600;
  const double rate = static_cast<double>(now) / seconds;
  text += rate < kSlow ? fmt::format(", {} points/h", amount(rate * kSecondsPerHour))
                       : fmt::format(", {} points/s", amount(rate));
  if (done < points)
    text += fmt::format(", {} left", duration_text(static_cast<double>(points - done) / rate));
  return text;
}

std::string duration_text(double seconds) {
  if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::int64_t>(std::llround(std::min(seconds, 1e12)));
  constexpr std::int64_t kMinute = 60, kHour = 3600, kDay = 86400;
  if (whole < 2 * kMinute) return fmt::format("{} s", whole);
  if (whole < kHour) return fmt::format("{} min {:02} s", whole / kMinute, whole % kMinute);
  if (whole < kDay) return fmt::format("{} h {:02} min", whole / kHour, whole % kHour / kMinute);
  return fmt::format("{} d {} h", whole / kDay, whole % kDay / kHour);
}

}  // namespace npusim::cli
