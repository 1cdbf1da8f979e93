// SPDX-License-Identifier: Apache-2.0
// Files and folders that are not in their place yet, known to who ends the program at once.
#pragma once

#include <csignal>
#include <string>
#include <string_view>

namespace npusim::base {

/// Keeps this thread from being interrupted, and all others from making or placing anything that is
/// unfinished: what is done meanwhile is done whole or not at all, also for remove_unfinished().
/// For a few system calls that do not wait. Not to be nested.
class Uninterrupted {
 public:
  Uninterrupted() noexcept;
  ~Uninterrupted();
  Uninterrupted(const Uninterrupted&) = delete;
  Uninterrupted& operator=(const Uninterrupted&) = delete;

 private:
  sigset_t before_;
};

/// A path that is removed at the end of this object's life, and when the program ends by
/// remove_unfinished(), unless it was kept or put in its place before. Those of a process that
/// forked this one are not touched.
class Unfinished {
 public:
  Unfinished() = default;
  ~Unfinished();
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;

  // Each once, and one of them. What is refused is told by errno.

  /// A new file beside `target`, with six characters behind its name: the open descriptor, or -1.
  int make_file(std::string_view target);
  /// A new folder of such a name, which only its owner may enter; all that will be in it belongs to
  /// it.
  bool make_folder(std::string_view path_begin);
  /// A new folder of that very name, which is removed only while nothing is in it.
  bool make_empty_folder(std::string path);
  /// A file that is there. Within an Uninterrupted.
  void adopt_file(std::string path);

  /// rename(2), after which it is kept.
  bool rename_to(const std::string& target);
  /// Takes the place of what is at `target`, which is the unfinished one from then on. In one step
  /// where the file system can; else in three, and a program that is killed between them leaves the
  /// former target beside it with ".old" behind its name.
  bool exchange_with(const std::string& target);
  /// Removes it now.
  void remove();
  /// Within an Uninterrupted: it stays where it is.
  void keep();

  const std::string& path() const { return path_; }

 private:
  friend void remove_unfinished() noexcept;
  enum class Kind : unsigned char { file, folder, empty_folder };

  void enlist(Kind kind);
  void remove_here() const noexcept;

  std::string path_;
  Kind kind_ = Kind::file;
  int process_ = 0;  // that made it; 0: none is made
  Unfinished* older_ = nullptr;
  Unfinished* newer_ = nullptr;
};

/// Removes all that is unfinished, the youngest first, and lets nobody make or place anything any
/// more: for a program that ends at once. May be called in a signal handler. Nothing of this file
/// may be called after it.
void remove_unfinished() noexcept;

}  // namespace npusim::base
