// SPDX-License-Identifier: Apache-2.0
#include "sim/base/files.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <thread>

#include "sim/base/errors.h"
#include "tests/support/support.h"

namespace npusim::base {
namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;
using test::TempFolder;
using testing::ElementsAre;

std::vector<std::string> names_in(const TempFolder& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder.path())) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(FilesTest, ReadsBackAllBytes) {
  const TempFolder folder;
  std::vector<std::uint8_t> bytes(200'000);
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
  write_file_whole(folder / "data", bytes);
  EXPECT_EQ(read_file_bytes(folder / "data"), bytes);
  EXPECT_THAT(names_in(folder), ElementsAre("data"));
}

TEST(FilesTest, EmptyFile) {
  const TempFolder folder;
  write_file_whole(folder / "empty", "");
  EXPECT_TRUE(read_file_bytes(folder / "empty").empty());
  EXPECT_EQ(read_file_text(folder / "empty"), "");
}

TEST(FilesTest, ReadRefusalsNameThePath) {
  const TempFolder folder;
  const std::string missing = (folder / "missing").string();
  EXPECT_EQ(message_of([&] { read_file_bytes(missing); }),
            missing + ": cannot read: No such file or directory");
  EXPECT_EQ(message_of([&] { read_file_text(folder.path()); }),
            folder.path().string() + ": cannot read: Is a directory");
}

TEST(FilesTest, SizeLimitIsInclusive) {
  const TempFolder folder;
  const fs::path path = folder / "data";
  write_file_whole(path, "12345");
  EXPECT_EQ(read_file_text(path, 5), "12345");
  EXPECT_EQ(message_of([&] { read_file_text(path, 4); }),
            path.string() + ": size: got more, must be at most 4 bytes");
}

TEST(FilesTest, ReadsAPipeToItsEnd) {
  const TempFolder folder;
  const fs::path path = folder / "pipe";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  const std::string sent(300'000, 'x');
  std::thread writer([&] { write_file_whole(path, sent); });
  const std::string received = read_file_text(path);
  writer.join();
  EXPECT_EQ(received, sent);
  EXPECT_TRUE(fs::is_fifo(path));
}

Bytes bytes_of(const FileBytes& file) { return {file.data.get(), file.data.get() + file.size}; }

TEST(MapFileTest, ShowsTheBytesAsLongAsACopyLives) {
  const TempFolder folder;
  const fs::path path = folder / "data";
  Bytes bytes(200'000);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 7 + 1);
  write_file_whole(path, bytes);
  FileBytes copy;
  {
    const FileBytes file = map_file(path);
    copy = file;
  }
  EXPECT_EQ(bytes_of(copy), bytes);
  write_file_whole(path, "replaced");  // by another file, not in place
  EXPECT_EQ(bytes_of(copy), bytes);
  EXPECT_EQ(bytes_of(map_file(path)), (Bytes{'r', 'e', 'p', 'l', 'a', 'c', 'e', 'd'}));
  fs::remove(path);
  EXPECT_EQ(bytes_of(copy), bytes);
}

TEST(MapFileTest, EmptyFilesAndPipesAreReadInstead) {
  const TempFolder folder;
  write_file_whole(folder / "empty", "");
  EXPECT_EQ(map_file(folder / "empty").size, 0U);
  const fs::path path = folder / "pipe";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  const Bytes sent(300'000, 'x');
  std::thread writer([&] { write_file_whole(path, sent); });
  const FileBytes received = map_file(path);
  writer.join();
  EXPECT_EQ(bytes_of(received), sent);
}

TEST(MapFileTest, RefusesAsReadingDoes) {
  const TempFolder folder;
  const std::string missing = (folder / "missing").string();
  EXPECT_EQ(message_of([&] { map_file(missing); }),
            missing + ": cannot read: No such file or directory");
  EXPECT_EQ(message_of([&] { map_file(folder.path()); }),
            folder.path().string() + ": cannot read: Is a directory");
  EXPECT_EQ(message_of([] { map_file("/dev/null"); }),
            "/dev/null: file: got a device, must be a file or a pipe");
  const fs::path path = folder / "data";
  write_file_whole(path, "12345");
  EXPECT_EQ(map_file(path, 5).size, 5U);
  EXPECT_EQ(message_of([&] { map_file(path, 4); }),
            path.string() + ": size: got more, must be at most 4 bytes");
}

TEST(FilesTest, WaitsForASlowWriter) {
  const TempFolder folder;
  const fs::path path = folder / "pipe";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  std::thread writer([&] {
    const int pipe = open(path.c_str(), O_WRONLY);
    std::this_thread::sleep_for(
        std::chrono::milliseconds(2300));  // longer than a writer is awaited
    EXPECT_EQ(write(pipe, "late", 4), 4);
    close(pipe);
  });
  EXPECT_EQ(read_file_text(path), "late");
  writer.join();
}

TEST(FilesTest, WaitsForNoPipeWithoutAnOtherEndAndReadsNoDevice) {
  const TempFolder folder;
  const std::string pipe = (folder / "pipe").string();
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(message_of([&] { read_file_text(pipe); }),
            pipe +
                ": file: got a pipe that no program writes to, must be a file, or a pipe with a "
                "writer");
  EXPECT_EQ(message_of([&] { write_file_whole(pipe, "x"); }),
            pipe + ": cannot write: no program reads the pipe");
  EXPECT_EQ(message_of([] { read_file_text("/dev/zero"); }),
            "/dev/zero: file: got a device, must be a file or a pipe");
}

TEST(FilesTest, ReplacesAndKeepsPermissions) {
  const TempFolder folder;
  const fs::path path = folder / "data";
  write_file_whole(path, "old and longer");
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write | fs::perms::owner_exec);
  write_file_whole(path, "new");
  EXPECT_EQ(read_file_text(path), "new");
  EXPECT_EQ(fs::status(path).permissions(),
            fs::perms::owner_read | fs::perms::owner_write | fs::perms::owner_exec);
}

TEST(FilesTest, NewFileFollowsTheUmask) {
  const TempFolder folder;
  const mode_t before = umask(027);
  write_file_whole(folder / "data", "x");
  umask(before);
  struct stat status = {};
  ASSERT_EQ(stat((folder / "data").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0640U);
}

TEST(FilesTest, WritesThroughALink) {
  const TempFolder folder;
  write_file_whole(folder / "real", "old");
  fs::create_symlink("real", folder / "link");
  write_file_whole(folder / "link", "new");
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_EQ(read_file_text(folder / "real"), "new");
}

TEST(FilesTest, WriteRefusalsNameThePathAndLeaveNothing) {
  const TempFolder folder;
  const fs::path no_folder = folder / "missing" / "data";
  EXPECT_EQ(message_of([&] { write_file_whole(no_folder, "x"); }),
            no_folder.string() + ": cannot write: No such file or directory");
  fs::create_directory(folder / "sub");
  EXPECT_EQ(message_of([&] { write_file_whole(folder / "sub", "x"); }),
            (folder / "sub").string() + ": cannot write: Is a directory");
  EXPECT_EQ(message_of([&] { write_file_whole("/dev/full", "x"); }),
            "/dev/full: cannot write: No space left on device");
  EXPECT_THAT(names_in(folder), ElementsAre("sub"));
}

}  // namespace
}  // namespace npusim::base
