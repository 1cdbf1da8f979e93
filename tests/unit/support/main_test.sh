#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: main_test.sh PROGRAM: the exit codes of tests/support/main.cpp.
set -uo pipefail
program=$1
failures=0

# expect CODE TEXT FILTER: the exit code, and a text that the output must have.
expect() {
  local output code=0
  output=$("$program" --gtest_filter="$3" 2>&1) || code=$?
  if [[ $code != "$1" || $output != *"$2"* ]]; then
    printf 'filter %s: got exit %s, must be %s with "%s"; output:\n%s\n' "$3" "$code" "$1" "$2" "$output"
    failures=1
  fi
}

expect 0 "probe was here" MainProbe.Runs
expect 0 "probe was here" "MainProbe.Runs:MainProbe.Skips"
expect 77 "1 test" MainProbe.Skips
expect 1 "no test ran" "NoSuchTest.*"
NPUSIM_PROBE_FAILS=1 expect 1 "FAILED" "MainProbe.*"

banner=$("$program" --gtest_filter=MainProbe.Runs 2>&1 | grep -c Accellera)
if [[ $banner != 0 ]]; then
  echo "SystemC's banner is printed"
  failures=1
fi
exit "$failures"
