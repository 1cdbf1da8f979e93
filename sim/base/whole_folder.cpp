// SPDX-License-Identifier: Apache-2.0
#include "sim/base/whole_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "sim/base/descriptor.h"

namespace npusim::base {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code unreadable;
  return fs::exists(fs::symlink_status(path, unreadable));
}

/// Absolute, without links and a slash at the end: "/home/a/cases/net" for "cases/net/" and, in
/// cases/net, for ".".
fs::path resolved(const fs::path& path) {
  std::error_code unreadable;
  const fs::path absolute = fs::absolute(path).lexically_normal();
  fs::path whole = fs::weakly_canonical(absolute, unreadable);
  if (unreadable) whole = absolute;
  return whole.has_filename() ? whole : whole.parent_path();
}

bool is_empty_folder(const fs::path& path) {
  std::error_code unreadable;
  return fs::is_directory(path, unreadable) && fs::is_empty(path, unreadable) && !unreadable;
}

}  // namespace

WholeFolder::WholeFolder(const fs::path& target)
    : shown_(target), target_(resolved(target)), inside_(is_empty_folder(target_)) {
  constexpr mode_t kAll = 0777;
  const fs::path parent = target_.parent_path();
  std::vector<fs::path> missing;
  for (fs::path at = parent; !at.empty() && !is_there(at); at = at.parent_path())
    missing.push_back(at);
  for (; !missing.empty(); missing.pop_back()) {
    auto made = std::make_unique<Unfinished>();
    if (!made->make_empty_folder(missing.back())) {
      if (errno != EEXIST) throw_cannot("make the folder", shown_, errno);
      continue;  // another process did
    }
    made_.push_back(std::move(made));
  }
  const std::string name = '.' + target_.filename().string();
  if (!folder_.make_folder((inside_ ? target_ / ".part" : parent / name).native()) ||
      ::chmod(folder_.path().c_str(), permitted_mode(kAll)) != 0)
    throw_cannot("make the folder", shown_, errno);
}

WholeFolder::~WholeFolder() {
  folder_.remove();
  while (!made_.empty()) made_.pop_back();
}

void WholeFolder::write(const fs::path& name, std::string_view text) {
  constexpr mode_t kAll = 0666;
  std::error_code error;
  const fs::path file = path() / name;
  fs::create_directories(file.parent_path(), error);
  if (error) throw_cannot("write", shown_ / name, error.value());
  for (fs::path at = name.parent_path(); !at.empty(); at = at.parent_path()) subfolders_.insert(at);
  const std::string first = name.begin()->string();
  names_.erase(std::remove(names_.begin(), names_.end(), first), names_.end());
  names_.push_back(first);
  Descriptor made(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kAll));
  if (made.number() < 0 || !write_all(made.number(), text.data(), text.size()) ||
      ::fsync(made.number()) != 0 || !made.close())
    throw_cannot("write", shown_ / name, errno);
}

void WholeFolder::take_rest() const {
  std::error_code error;
  for (fs::directory_iterator at(target_, error), end; !error && at != end; at.increment(error)) {
    const fs::path copy = path() / at->path().filename();
    if (is_there(copy)) continue;
    constexpr auto kHow = fs::copy_options::recursive | fs::copy_options::copy_symlinks;
    std::error_code no_link;
    if (at->is_regular_file(no_link)) fs::create_hard_link(at->path(), copy, no_link);
    if (!is_there(copy)) fs::copy(at->path(), copy, kHow, error);
    if (error) break;
  }
  if (error) throw_cannot("copy", shown_, error.value());
}

void WholeFolder::sync() const {
  for (const fs::path& each : subfolders_) {
    if (!sync_folder(path() / each)) throw_cannot("write", shown_ / each, errno);
  }
  if (!sync_folder(path())) throw_cannot("write", shown_, errno);
}

void WholeFolder::move_in() {
  for (const std::string& name : names_) {
    if (::rename((path() / name).c_str(), (target_ / name).c_str()) != 0)
      throw_cannot("write", shown_ / name, errno);
  }
  folder_.remove();
}

void WholeFolder::put() {
  sync();
  if (inside_) {
    move_in();
  } else if (is_there(target_)) {
    throw_cannot("make the folder", shown_, EEXIST);
  } else if (!folder_.rename_to(target_)) {
    throw_cannot("make the folder", shown_, errno);
  }
  if (!sync_folder(inside_ ? target_ : target_.parent_path())) throw_cannot("write", shown_, errno);
}

void WholeFolder::replace() {
  sync();
  if (!folder_.exchange_with(target_)) throw_cannot("replace", shown_, errno);
  if (!sync_folder(target_.parent_path())) throw_cannot("write", shown_, errno);
}

}  // namespace npusim::base
