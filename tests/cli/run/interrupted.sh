# SPDX-License-Identifier: Apache-2.0
# Ctrl-C ends the run with 130 and leaves nothing behind.
. "$CASE_DIR/../common.bash"
write_run
timeout --preserve-status -s INT 2 npusim run run.yaml --images 1000000 --json r.json
echo "exit code $?"
ls
