// SPDX-License-Identifier: Apache-2.0
// A folder of files that is there whole or not at all.
#pragma once

#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/unfinished.h"

namespace npusim::base {

/// Made beside another folder, under a hidden name, and put in its place when it is whole. Where
/// the target is an empty folder (which may be a mount point), it is made within that. Gone at the
/// end of its life unless it was put there (base::Unfinished), and so are folders above that it
/// made. Every failure is an InputError that names a path at the target and the reason.
class WholeFolder {
 public:
  /// Makes the folder. A link is followed, so that what it leads to is replaced and not the link.
  explicit WholeFolder(const std::filesystem::path& target);
  ~WholeFolder();
  WholeFolder(const WholeFolder&) = delete;
  WholeFolder& operator=(const WholeFolder&) = delete;

  /// Where it is being made.
  std::filesystem::path path() const { return folder_.path(); }
  /// A new file of it, with the folders that its name has: "units/words.hex".
  void write(const std::filesystem::path& name, std::string_view text);
  /// Takes over what the target has and this has not.
  void take_rest() const;
  /// Puts it at the target, where there must be nothing, in one step. Into an empty folder what was
  /// written goes name by name: what was written last arrives last. All is on the disk then.
  void put();
  /// Puts it in the place of the folder that is there, which is removed.
  void replace();

 private:
  void sync() const;
  void move_in();

  const std::filesystem::path shown_;
  std::filesystem::path target_;
  bool inside_ = false;
  std::vector<std::unique_ptr<Unfinished>> made_;  // folders above, the outermost first
  Unfinished folder_;
  std::vector<std::string> names_;  // in it, in the order in which they were written
  std::set<std::filesystem::path> subfolders_;
};

}  // namespace npusim::base
