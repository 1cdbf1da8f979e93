# SPDX-License-Identifier: Apache-2.0
# Behind `--` nothing is a flag; a switch takes no value; an empty text is seen in the refusal.
. "$CASE_DIR/../common.bash"
write_run
npusim run --quiet -- run.yaml || echo "exit code $?"
refused run --quiet -- run.yaml more
refused run -- run.yaml --quiet
refused run run.yaml --quiet=perhaps
refused run run.yaml --hardware ''
refused ''
