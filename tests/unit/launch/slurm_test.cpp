// SPDX-License-Identifier: Apache-2.0
#include "sim/launch/slurm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "sim/launch/program.h"

namespace npusim::launch {
namespace {

TEST(ArrayText, RunsOfNumbersBecomeRanges) {
  EXPECT_EQ(array_text({1, 2, 3, 7, 9, 10}), "1-3,7,9-10");
  EXPECT_EQ(array_text({4}), "4");
}

TEST(CountTasks, EveryStateIsPendingRunningOrEnded) {
  const SlurmTasks tasks = count_tasks(
      "RUNNING None\nPENDING Resources\nPENDING (launch failed requeued held)\nCOMPLETED None\n"
      "NODE_FAIL None\nCOMPLETING None\nTIMEOUT TimeLimit\nREQUEUED BeginTime\n");
  EXPECT_EQ(tasks.running, 2);
  EXPECT_EQ(tasks.pending, 3);
  EXPECT_EQ(tasks.ended, 3);
  EXPECT_EQ(tasks.pending_reason, "Resources");
  EXPECT_FALSE(tasks.is_over());
}

TEST(CountTasks, OnlyEndedTasksAreOver) {
  EXPECT_TRUE(count_tasks("COMPLETED None\nFAILED NonZeroExitCode\n").is_over());
  EXPECT_TRUE(count_tasks("").is_over());
}

TEST(ShellWord, WhatAShellReadsIsTheText) {
  for (const std::string text :
       {"plain", "two words", "it's", "$HOME `x` \"y\"", "", "a\\b", "*"}) {
    const Finished echo = run_program("sh", {"-c", "printf %s " + shell_word(text)});
    EXPECT_EQ(echo.exit_code, 0);
    EXPECT_EQ(echo.output, text);
  }
}

TEST(RunProgram, OutputErrorsAndExitCodeComeApart) {
  const Finished done = run_program("sh", {"-c", "echo out; echo err >&2; exit 3"});
  EXPECT_EQ(done.output, "out\n");
  EXPECT_EQ(done.errors, "err\n");
  EXPECT_EQ(done.exit_code, 3);
}

TEST(RunProgram, ManyBytesOnBothStreamsDoNotBlock) {
  const Finished done =
      run_program("sh", {"-c", "head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2"});
  EXPECT_EQ(done.output.size(), 1'000'000U);
  EXPECT_EQ(done.errors.size(), 1'000'000U);
}

TEST(RunProgram, ASignalIs128AndItsNumber) {
  EXPECT_EQ(run_program("sh", {"-c", "kill -9 $$"}).exit_code, 137);
}

TEST(RunProgram, AProgramThatIsNotThereIsNamed) {
  try {
    run_program("no-such-program", {});
    FAIL() << "no error";
  } catch (const base::InputError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("no-such-program: no such program on PATH"));
  }
}

}  // namespace
}  // namespace npusim::launch
