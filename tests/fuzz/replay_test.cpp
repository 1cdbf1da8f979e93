// SPDX-License-Identifier: Apache-2.0
// Every file of corpus/ through its target, as a fuzzer would: what once crashed, and what reaches
// the corners of the readers.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "sim/base/files.h"
#include "tests/fuzz/target.h"

namespace npusim::fuzz {
namespace {

std::vector<std::filesystem::path> files_of(const Target& target) {
  std::vector<std::filesystem::path> files;
  const std::filesystem::path corpus = source_folder() / "tests/fuzz/corpus";
  for (const auto& entry : std::filesystem::directory_iterator(corpus / target.name)) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class Corpus : public testing::TestWithParam<Target> {};

TEST_P(Corpus, EveryFileIsTakenOrRefused) {
  const std::vector<std::filesystem::path> files = files_of(GetParam());
  ASSERT_GE(files.size(), 5U);
  for (const std::filesystem::path& file : files) {
    SCOPED_TRACE(file.filename().string());
    const std::string input = base::read_file_text(file);
    EXPECT_NO_THROW(GetParam().run(input));
    EXPECT_NO_THROW(GetParam().run(std::string_view(input).substr(0, input.size() / 2)));
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, Corpus, testing::ValuesIn(targets()),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace npusim::fuzz
