// SPDX-License-Identifier: Apache-2.0
#include "sim/base/unfinished.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkostemp is not in cstdlib
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>
#include <utility>

namespace npusim::base {
namespace {

constexpr char kSuffix[] = ".XXXXXX";

// Held with all signals blocked, so that a handler never waits for the thread that it interrupts.
std::atomic_flag busy = ATOMIC_FLAG_INIT;
Unfinished* youngest = nullptr;

void lock() noexcept {
  while (busy.test_and_set(std::memory_order_acquire)) ::sched_yield();
}

/// The names in an open folder, by system calls that a signal handler may make.
bool remove_at(int folder, const char* name, int depth) noexcept;

bool remove_names(int folder, int depth) noexcept {
  constexpr std::size_t kBufferBytes = 2048;  // there may be little stack
  alignas(dirent64) char names[kBufferBytes];
  bool removed = false;
  for (;;) {
    const long bytes = ::syscall(SYS_getdents64, folder, names, sizeof names);
    if (bytes <= 0) return removed;
    for (long at = 0; at < bytes;) {
      const auto* entry = reinterpret_cast<const dirent64*>(names + at);
      at += entry->d_reclen;
      if (std::strcmp(entry->d_name, ".") != 0 && std::strcmp(entry->d_name, "..") != 0)
        removed = remove_at(folder, entry->d_name, depth) || removed;
    }
  }
}

bool remove_at(int folder, const char* name, int depth) noexcept {
  constexpr int kDeepest = 64;
  if (::unlinkat(folder, name, 0) == 0) return true;
  if (errno != EISDIR && errno != EPERM) return false;
  const int inner = ::openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (inner >= 0) {
    // A file system may pass over names while others go.
    while (depth < kDeepest && remove_names(inner, depth + 1)) ::lseek(inner, 0, SEEK_SET);
    ::close(inner);
  }
  return ::unlinkat(folder, name, AT_REMOVEDIR) == 0;
}

/// "folder/name.XXXXXX", shortened where a name may not be as long.
std::string pattern_beside(std::string_view target) {
  const std::size_t slash = target.rfind('/');
  const std::size_t name = slash == std::string_view::npos ? 0 : slash + 1;
  constexpr std::size_t kMostName = NAME_MAX - (sizeof kSuffix - 1);
  return std::string(target.substr(0, name + kMostName)) + kSuffix;
}

}  // namespace

Uninterrupted::Uninterrupted() noexcept : before_() {
  sigset_t all;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  lock();
}

Uninterrupted::~Uninterrupted() {
  const int error = errno;
  busy.clear(std::memory_order_release);
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  errno = error;
}

Unfinished::~Unfinished() { remove(); }

void Unfinished::enlist(Kind kind) {
  kind_ = kind;
  process_ = ::getpid();
  older_ = std::exchange(youngest, this);
  if (older_ != nullptr) older_->newer_ = this;
}

void Unfinished::keep() {
  if (process_ == 0) return;
  process_ = 0;
  (newer_ == nullptr ? youngest : newer_->older_) = older_;
  if (older_ != nullptr) older_->newer_ = newer_;
}

int Unfinished::make_file(std::string_view target) {
  path_ = pattern_beside(target);
  const Uninterrupted whole;
  const int file = ::mkostemp(path_.data(), O_CLOEXEC);
  if (file >= 0) enlist(Kind::file);
  return file;
}

bool Unfinished::make_folder(std::string_view path_begin) {
  path_ = pattern_beside(path_begin);
  const Uninterrupted whole;
  if (::mkdtemp(path_.data()) == nullptr) return false;
  enlist(Kind::folder);
  return true;
}

bool Unfinished::make_empty_folder(std::string path) {
  constexpr mode_t kAll = 0777;  // less the umask
  path_ = std::move(path);
  const Uninterrupted whole;
  if (::mkdir(path_.c_str(), kAll) != 0) return false;
  enlist(Kind::empty_folder);
  return true;
}

void Unfinished::adopt_file(std::string path) {
  path_ = std::move(path);
  enlist(Kind::file);
}

bool Unfinished::rename_to(const std::string& target) {
  const Uninterrupted whole;
  if (::rename(path_.c_str(), target.c_str()) != 0) return false;
  keep();
  return true;
}

bool Unfinished::exchange_with(const std::string& target) {
  const std::string old = path_ + ".old";
  const Uninterrupted whole;
  if (::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target.c_str(), RENAME_EXCHANGE) == 0)
    return true;
  if ((errno != EINVAL && errno != ENOSYS) || ::rename(target.c_str(), old.c_str()) != 0)
    return false;
  if (::rename(path_.c_str(), target.c_str()) == 0) {
    ::rename(old.c_str(), path_.c_str());
    return true;
  }
  const int error = errno;
  ::rename(old.c_str(), target.c_str());
  errno = error;
  return false;
}

void Unfinished::remove() {
  if (process_ == 0) return;
  if (kind_ == Kind::folder) remove_here();  // long ones can be interrupted, and are gone on with
  const Uninterrupted whole;
  remove_here();
  keep();
}

void Unfinished::remove_here() const noexcept {
  if (process_ != ::getpid()) return;
  switch (kind_) {
    case Kind::file:
      ::unlink(path_.c_str());
      return;
    case Kind::folder:
      remove_at(AT_FDCWD, path_.c_str(), 0);
      return;
    case Kind::empty_folder:
      ::rmdir(path_.c_str());
      return;
  }
}

void remove_unfinished() noexcept {
  lock();
  for (const Unfinished* each = youngest; each != nullptr; each = each->older_) each->remove_here();
}

}  // namespace npusim::base
