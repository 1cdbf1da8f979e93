// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <system_error>
#include <thread>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/base/version.h"
#include "sim/config/yaml_reader.h"
#include "sim/report/json.h"
#include "sim/report/text.h"

namespace npusim::cli {
namespace {

namespace fs = std::filesystem;
constexpr int kMaxThreads = 1024;

[[noreturn]] void refuse_stdout(int error) {
  throw base::InputError("standard output: cannot write: " +
                         std::generic_category().message(error));
}

double cpu_seconds() {
  timespec now = {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

}  // namespace

bool is_capable_terminal(int descriptor) {
  const char* terminal = std::getenv("TERM");
  const bool dumb = terminal != nullptr && std::string(terminal) == "dumb";
  return isatty(descriptor) != 0 && !dumb;
}

bool wants_colour() {
  const char* no_colour = std::getenv("NO_COLOR");
  return is_capable_terminal(STDOUT_FILENO) && (no_colour == nullptr || *no_colour == '\0');
}

void check_output_path(const std::optional<std::string>& path, const std::string& flag) {
  if (!path) return;
  std::error_code unreadable;
  if (path->empty())
    throw base::InputError(base::refusal("", flag, "an empty path", "the path of a file to write"));
  if (fs::is_directory(*path, unreadable)) {
    throw base::InputError(
        base::refusal("", flag, *path + ", a folder", "the path of a file to write"));
  }
  const fs::path folder = fs::path(*path).parent_path();
  if (!folder.empty() && !fs::is_directory(folder, unreadable)) {
    throw base::InputError(
        base::refusal("", flag, *path, "in an existing folder; " + folder.string() + " is none"));
  }
  if (::access(folder.empty() ? "." : folder.c_str(), W_OK) != 0 &&
      ::access(path->c_str(), W_OK) != 0) {
    throw base::InputError(base::refusal("", flag, *path, "in a folder that may be written to"));
  }
}

void write_output(const std::string& path, std::string_view bytes) {
  base::write_file_whole(path, bytes);
}

void write_stdout(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) refuse_stdout(errno);
}

void flush_stdout() {
  if (std::ferror(stdout) != 0 || std::fflush(stdout) != 0) refuse_stdout(errno);
}

void write_stderr(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

void write_report(const report::Report& report, const std::optional<std::string>& json_path,
                  bool quiet) {
  if (json_path) write_output(*json_path, report::to_json(report));
  if (quiet) return;
  write_stdout(report::to_text(report, {wants_colour()}));
}

HostClock::HostClock() : wall_start_(std::chrono::steady_clock::now()) {}

report::Host HostClock::host(std::int64_t threads) const {
  report::Host host;
  host.wall_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - wall_start_).count();
  host.cpu_seconds = cpu_seconds();
  host.threads = threads;
  host.versions = {
      {"npusim", base::kVersion}, {"compiler", __VERSION__}, {"fmt", std::to_string(FMT_VERSION)}};
  return host;
}

int parse_threads(const std::optional<std::string>& text) {
  if (!text) {
    const unsigned processors = std::thread::hardware_concurrency();
    return processors == 0 ? 1 : static_cast<int>(std::min<unsigned>(processors, kMaxThreads));
  }
  const config::IntegerRule rule = {1, kMaxThreads};
  const auto threads = config::parse_integer(*text);
  if (!threads || !rule.accepts(*threads))
    throw base::InputError(base::refusal("", "-j", *text, rule.text()));
  return static_cast<int>(*threads);
}

}  // namespace npusim::cli
