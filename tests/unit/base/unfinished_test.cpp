// SPDX-License-Identifier: Apache-2.0
#include "sim/base/unfinished.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/base/whole_folder.h"
#include "tests/support/support.h"

namespace npusim::base {
namespace {

namespace fs = std::filesystem;
using test::TempFolder;
using Names = std::vector<std::string>;

Names names_in(const fs::path& folder) {
  Names names;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    names.push_back(entry.path().lexically_relative(folder).string());
  std::sort(names.begin(), names.end());
  return names;
}

/// What another process that was forked from this one ends with.
int code_of_child(const std::function<void()>& action) {
  const int process = ::fork();
  if (process == 0) {
    action();
    ::_exit(7);
  }
  int status = 0;
  ::waitpid(process, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Unfinished, IsGoneUnlessItIsPutInItsPlace) {
  const TempFolder folder;
  const std::string target = folder / "report.json";
  {
    Unfinished file;
    ASSERT_GE(::close(file.make_file(target)), 0);
    EXPECT_EQ(file.path().substr(0, target.size() + 1), target + '.');
    EXPECT_EQ(names_in(folder.path()).size(), 1U);
  }
  EXPECT_TRUE(names_in(folder.path()).empty());
  {
    Unfinished file;
    ASSERT_GE(::close(file.make_file(target)), 0);
    EXPECT_FALSE(file.rename_to(folder / "none/report.json"));
    EXPECT_TRUE(file.rename_to(target));
  }
  EXPECT_EQ(names_in(folder.path()), Names{"report.json"});
}

TEST(Unfinished, ANameMayBeAsLongAsTheFileSystemTakes) {
  const TempFolder folder;
  const std::string longest(255, 'n');
  write_file_whole(folder / longest, std::string("x"));
  EXPECT_EQ(names_in(folder.path()), Names{longest});
}

TEST(Unfinished, AnEndAtOnceRemovesAllOfAProcess) {
  const TempFolder folder;
  Unfinished of_the_parent;
  ASSERT_GE(::close(of_the_parent.make_file((folder / "parent").native())), 0);
  const Names before = names_in(folder.path());
  const int code = code_of_child([&] {
    write_file_whole(folder / "whole", std::string("stays"));
    WholeFile file(folder / "file");
    file.write("half", 4);
    Unfinished in_none, filled, tree;
    in_none.make_empty_folder(folder / "empty");
    filled.make_empty_folder(folder / "filled");
    write_file_whole(folder / "filled/x", std::string("of another"));
    tree.make_folder((folder / "tree").native());
    fs::create_directories(fs::path(tree.path()) / "a/b/c");
    for (int i = 0; i < 300; ++i)  // more than one reading of a folder has
      write_file_whole(fs::path(tree.path()) / "a/b" / (std::string(40, 'n') + std::to_string(i)),
                       std::string("x"));
    fs::create_directory_symlink(folder.path(), fs::path(tree.path()) / "a/link");
    remove_unfinished();
    ::_exit(3);
  });
  EXPECT_EQ(code, 3);
  Names after = before;
  for (const char* stays : {"filled", "filled/x", "whole"}) after.emplace_back(stays);
  std::sort(after.begin(), after.end());
  EXPECT_EQ(names_in(folder.path()), after);
}

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(WholeFolder, IsThereAsAWholeAndOnlyThen) {
  const TempFolder folder;
  const fs::path target = folder / "above/above_that/case/";
  {
    WholeFolder made(target);
    made.write("units/words.hex", "1\n");
    EXPECT_FALSE(fs::exists(target));
  }
  EXPECT_TRUE(names_in(folder.path()).empty());
  WholeFolder made(target);
  made.write("units/words.hex", "1\n");
  made.write("index.json", "{}");
  made.put();
  EXPECT_EQ(names_in(target), (Names{"index.json", "units", "units/words.hex"}));
  EXPECT_EQ(message_of([&] { WholeFolder(target).put(); }),
            target.string() + ": cannot make the folder: File exists");
}

TEST(WholeFolder, TakesThePlaceOfAnotherWithWhatItHasNot) {
  const TempFolder folder;
  const fs::path target = folder / "case";
  fs::create_directories(target / "notes");
  write_file_whole(target / "report.json", std::string("old"));
  write_file_whole(target / "notes/mine", std::string("stays"));
  fs::create_directory_symlink(target, folder / "link");
  {
    WholeFolder made(folder / "link");
    made.write("report.json", "new");
    made.take_rest();
    EXPECT_EQ(read_file_text(target / "report.json"), "old");
    made.replace();
  }
  EXPECT_EQ(names_in(folder.path()),
            (Names{"case", "case/notes", "case/notes/mine", "case/report.json", "link"}));
  EXPECT_EQ(read_file_text(target / "report.json"), "new");
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
}

TEST(WholeFolder, AnEmptyFolderStaysTheSameOne) {
  const TempFolder folder;
  const fs::path target = folder / "mounted";
  fs::create_directory(target);
  fs::permissions(target, fs::perms::owner_all);
  WholeFolder made(target);
  made.write("units/words.hex", "1\n");
  made.write("index.json", "{}");
  EXPECT_EQ(made.path().parent_path(), fs::canonical(target));
  made.put();
  EXPECT_EQ(names_in(folder.path()),
            (Names{"mounted", "mounted/index.json", "mounted/units", "mounted/units/words.hex"}));
  EXPECT_EQ(fs::status(target).permissions(), fs::perms::owner_all);
}

TEST(WholeFolder, RefusalsNameTheTargetAndTheReason) {
  const TempFolder folder;
  write_file_whole(folder / "file", std::string("x"));
  EXPECT_EQ(message_of([&] { WholeFolder made(folder / "file/case"); }),
            (folder / "file/case").string() + ": cannot make the folder: Not a directory");
  WholeFolder made(folder / "case");
  made.write("report.json", "x");
  EXPECT_EQ(message_of([&] { made.write("report.json", "y"); }),
            (folder / "case/report.json").string() + ": cannot write: File exists");
  EXPECT_EQ(message_of([&] { made.replace(); }),
            (folder / "case").string() + ": cannot replace: No such file or directory");
}

}  // namespace
}  // namespace npusim::base
