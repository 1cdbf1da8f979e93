# SPDX-License-Identifier: Apache-2.0
# The page of a sweep in Chromium: what it shows and copies is what the points are.
if ! command -v node >/dev/null || [ ! -x /usr/bin/chromium ] ||
   ! modules=$("$CASE_DIR/../../../scripts/checks/node-packages" browser); then
  echo "chromium or playwright-core is not installed: scripts/setup --checks" >&2
  exit 77
fi
sweep_page_example 300 || exit
node "$CASE_DIR/../../browser/sweep_page.js" "$modules" page.html points.csv commands.txt
