// SPDX-License-Identifier: Apache-2.0
// A file that a second thread compresses and writes while its text is made.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

namespace npusim::trace {

/// Whole or not at all, as base::WholeFile: without finish() there is none. Holds a few chunks at a
/// time, whatever comes. Not for several threads.
class BackgroundFile {
 public:
  /// Compressed (gzip, without name and time: the same text is the same file) where the name ends
  /// in
  /// ".gz".
  explicit BackgroundFile(const std::filesystem::path& path);
  ~BackgroundFile();
  BackgroundFile(const BackgroundFile&) = delete;
  BackgroundFile& operator=(const BackgroundFile&) = delete;

  /// Takes the text and leaves an empty string. Waits while too much is under way. Throws
  /// base::InputError when an earlier chunk could not be written.
  void write(std::string& chunk);
  /// That was all: the second thread writes the rest and puts the file in its place. Does not wait.
  void finish();
  /// After finish(): the file is in its place. Throws base::InputError, and there is none.
  void wait();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace npusim::trace
