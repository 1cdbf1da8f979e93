// SPDX-License-Identifier: Apache-2.0
// Where results go: files written whole, the report on the terminal, host figures.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sim/report/report.h"

namespace npusim::cli {

/// Whether colours and clearing a line work there: a terminal, and TERM is not "dumb".
bool is_capable_terminal(int descriptor);

/// Empties the line that the cursor is in.
inline constexpr char kClearLine[] = "\r\x1b[K";

/// Whether to colour what goes to stdout: a capable terminal, and NO_COLOR is not set.
bool wants_colour();

/// Refuses a path that cannot become a file (no folder there, a folder itself) before work starts.
/// `flag` names it.
void check_output_path(const std::optional<std::string>& path, const std::string& flag);

/// The file written whole or not at all, also under Ctrl-C. Throws base::InputError.
void write_output(const std::string& path, std::string_view bytes);

/// Throws base::InputError with the reason where it cannot be written: a full disk, a pipe that
/// nobody reads any more. What waits in its buffer is known to be written after flush_stdout()
/// only, which the program calls at its end.
void write_stdout(std::string_view text);
void flush_stdout();
/// What is said beside the results: where it cannot be written, they still are.
void write_stderr(std::string_view text);

/// Prints the text form, coloured on a terminal unless NO_COLOR is set, and writes the JSON form
/// where a path is given.
void write_report(const report::Report& report, const std::optional<std::string>& json_path,
                  bool quiet);

/// Wall and CPU time since construction, threads, versions.
class HostClock {
 public:
  HostClock();
  report::Host host(std::int64_t threads) const;

 private:
  std::chrono::steady_clock::time_point wall_start_;
};

/// The value of -j: an integer from 1 to 1024; the number of processors where it was not given.
int parse_threads(const std::optional<std::string>& text);

}  // namespace npusim::cli
