// SPDX-License-Identifier: Apache-2.0
#include "sim/golden/case_file.h"

#include <gtest/gtest.h>

#include "sim/base/errors.h"

namespace npusim::golden {
namespace {

CaseFile full_case() {
  CaseFile file;
  file.run_file = "my net.yaml";
  file.flags.model = "../net: 1.onnx";
  file.flags.images = "100";
  file.flags.hardware = "npu_32x32.yaml";
  file.flags.set = {"input.mean=[1, 2, 3]", "hardware.name=\"a\""};
  file.flags.skip_bad_images = true;
  file.files = {{"calibration.path", "../../pictures"}, {"model", "../net.onnx"}};
  file.tolerances = {{"cycles.*", 0, 0.01, false}, {"notes", 0, 0, true}, {"x", 2, 0, false}};
  file.history = {{"0.1.0", "recorded"}, {"0.2.0", "\"quotes\": # and {more}\n"}};
  return file;
}

TEST(CaseFile, ReadsBackAsItWasWritten) {
  const std::string text = case_file_text(full_case());
  const CaseFile back = parse_case_file(text, "case.yaml");
  EXPECT_EQ(case_file_text(back), text);
  EXPECT_EQ(back.run_file, "my net.yaml");
  EXPECT_EQ(back.flags.model, "../net: 1.onnx");
  EXPECT_EQ(back.flags.images, "100");
  EXPECT_EQ(back.flags.set, full_case().flags.set);
  EXPECT_TRUE(back.flags.skip_bad_images);
  EXPECT_EQ(back.files, full_case().files);
  ASSERT_EQ(back.tolerances.size(), 3U);
  EXPECT_EQ(back.tolerances[0].relative, 0.01);
  EXPECT_TRUE(back.tolerances[1].any);
  EXPECT_EQ(back.tolerances[2].absolute, 2);
  ASSERT_EQ(back.history.size(), 2U);
  EXPECT_EQ(back.history[1].reason, "\"quotes\": # and {more}\n");
}

TEST(CaseFile, AReasonIsAddedBehindTheTextAsItStands) {
  const std::string text = case_file_text(full_case()) + "# a comment";
  const std::string longer = with_reason(text, "case.yaml", {"0.3.0", "why"});
  EXPECT_EQ(longer, text + "\n  - {npusim: \"0.3.0\", reason: why}\n");
}

TEST(CaseFile, AReasonIsAddedWhereTheHistoryIsNotTheLastKey) {
  const std::string text =
      "schema_version: 1\nhistory: [{npusim: \"1\", reason: recorded}]\nrun_file: a.yaml\n";
  const CaseFile file = parse_case_file(with_reason(text, "x", {"2", "why"}), "x");
  ASSERT_EQ(file.history.size(), 2U);
  EXPECT_EQ(file.history[0].reason, "recorded");
  EXPECT_EQ(file.history[1].reason, "why");
}

TEST(CaseFile, SaysEverythingThatIsWrongWithItsPlace) {
  const std::string text =
      "schema_version: 2\n"
      "run_file: a/b.yaml\n"
      "flags: {imges: 3}\n"
      "files: {input: x}\n"
      "tolerances: [{path: a, relative: -1}, {path: b}]\n"
      "histroy: []\n";
  try {
    parse_case_file(text, "c");
    FAIL() << "taken";
  } catch (const base::InputError& error) {
    const std::string no_difference =
        "got nothing that may differ, must be given absolute or relative above 0, or any: true";
    const std::string flags =
        "model, dataset, calibration, images, scheme, hardware, technology, set or skip_bad_images";
    const std::string file_keys = "model, dataset.path, calibration.path, hardware or technology";
    const std::string case_keys = "schema_version, run_file, flags, files, tolerances or history";
    const std::vector<std::string> expected = {
        "c:1:17: schema_version: got 2, must be 1",
        "c:2:11: run_file: got a/b.yaml, must be the name of a file, without a folder",
        "c:3:9: flags.imges: got an unknown key, must be one of " + flags +
            "; did you mean images?",
        "c:4:9: files.input: got an unknown key, must be one of " + file_keys,
        "c:5:34: tolerances[0].relative: got -1, must be a number, at least 0",
        "c:5:14: tolerances[0]: " + no_difference,
        "c:5:39: tolerances[1]: " + no_difference,
        "c:1:1: history: got nothing, must be a list",
        "c:6:1: histroy: got an unknown key, must be one of " + case_keys +
            "; did you mean history?"};
    EXPECT_EQ(error.messages(), expected);
  }
}

}  // namespace
}  // namespace npusim::golden
