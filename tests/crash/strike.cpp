// SPDX-License-Identifier: Apache-2.0
// Preloaded into npusim (LD_PRELOAD): counts the operations by which it changes the file system, in
// all its processes together, and strikes at one of them. STRIKE_COUNT names a file of 8 bytes,
// where they are counted; STRIKE_AT is which one, from 1; STRIKE_WITH how: a signal's number, sent
// to the process of the operation or, as "9 PARENT", to the one that started the others; or "e28",
// the error that this operation and all later ones fail with, but those that remove something.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace {

struct Strike {
  std::atomic<std::uint64_t>* count = nullptr;  // shared by all processes
  std::uint64_t at = 0;
  int signal = 0, error = 0;
  pid_t whom = 0;  // 0: who makes the operation

  Strike() {
    const char* file = std::getenv("STRIKE_COUNT");
    const char* with = std::getenv("STRIKE_WITH");
    if (file == nullptr) return;
    const auto real_open =
        reinterpret_cast<int (*)(const char*, int, ...)>(::dlsym(RTLD_NEXT, "open"));
    const int descriptor = real_open(file, O_RDWR | O_CLOEXEC);
    void* shared =
        ::mmap(nullptr, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    ::close(descriptor);
    if (shared == MAP_FAILED) std::abort();
    count = static_cast<std::atomic<std::uint64_t>*>(shared);
    if (with == nullptr) return;
    at = std::strtoull(std::getenv("STRIKE_AT"), nullptr, 10);
    (*with == 'e' ? error : signal) = std::atoi(with + (*with == 'e' ? 1 : 0));
    if (std::strstr(with, "PARENT") != nullptr) whom = ::getpid();
  }
};

const Strike& strike() {
  static const Strike one;
  return one;
}
[[maybe_unused]] const Strike& at_start = strike();

/// False, with errno, where the operation is to fail.
bool goes_on() {
  const Strike& s = strike();
  if (s.count == nullptr) return true;
  const std::uint64_t number = s.count->fetch_add(1) + 1;
  if (s.error != 0 && number >= s.at) {
    errno = s.error;
    return false;
  }
  if (s.signal != 0 && number == s.at) ::kill(s.whom != 0 ? s.whom : ::getpid(), s.signal);
  return true;
}

template <typename Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" ssize_t write(int file, const void* data, size_t bytes) {
  static auto* const next = real<ssize_t(int, const void*, size_t)>("write");
  return goes_on() ? next(file, data, bytes) : -1;
}

extern "C" ssize_t writev(int file, const iovec* parts, int count) {
  static auto* const next = real<ssize_t(int, const iovec*, int)>("writev");
  return goes_on() ? next(file, parts, count) : -1;
}

extern "C" int fsync(int file) {
  static auto* const next = real<int(int)>("fsync");
  return goes_on() ? next(file) : -1;
}

extern "C" int fchmod(int file, mode_t mode) {
  static auto* const next = real<int(int, mode_t)>("fchmod");
  return goes_on() ? next(file, mode) : -1;
}

extern "C" int mkdir(const char* path, mode_t mode) {
  static auto* const next = real<int(const char*, mode_t)>("mkdir");
  return goes_on() ? next(path, mode) : -1;
}

extern "C" int mkostemp(char* pattern, int flags) {
  static auto* const next = real<int(char*, int)>("mkostemp");
  return goes_on() ? next(pattern, flags) : -1;
}

extern "C" char* mkdtemp(char* pattern) {
  static auto* const next = real<char*(char*)>("mkdtemp");
  return goes_on() ? next(pattern) : nullptr;
}

extern "C" int open(const char* path, int flags, ...) {
  static auto* const next = real<int(const char*, int, ...)>("open");
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  const bool makes = (flags & (O_CREAT | O_TRUNC)) != 0;
  return makes && !goes_on() ? -1 : next(path, flags, mode);
}

extern "C" int rename(const char* from, const char* to) {
  static auto* const next = real<int(const char*, const char*)>("rename");
  return goes_on() ? next(from, to) : -1;
}

extern "C" int renameat2(int from_folder, const char* from, int to_folder, const char* to,
                         unsigned flags) {
  static auto* const next = real<int(int, const char*, int, const char*, unsigned)>("renameat2");
  return goes_on() ? next(from_folder, from, to_folder, to, flags) : -1;
}

// What takes something away does not fail on a full disk.

extern "C" int unlink(const char* path) {
  static auto* const next = real<int(const char*)>("unlink");
  static_cast<void>(goes_on());
  return next(path);
}

extern "C" int unlinkat(int folder, const char* path, int flags) {
  static auto* const next = real<int(int, const char*, int)>("unlinkat");
  static_cast<void>(goes_on());
  return next(folder, path, flags);
}

extern "C" int rmdir(const char* path) {
  static auto* const next = real<int(const char*)>("rmdir");
  static_cast<void>(goes_on());
  return next(path);
}
