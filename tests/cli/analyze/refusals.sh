# SPDX-License-Identifier: Apache-2.0
# Flags are refused together, before anything is computed or written.
. "$CASE_DIR/../common.bash"
write_run
touch file
refused analyze run.yaml --json missing/a.json --csv run.yaml/b.csv --pictures file --sample 0 --threshold loud
refused analyze run.yaml --pictures missing/pictures --sample 2.5 --threshold inf
refused analyze run.yaml --pictures "" --json ""
refused analyze
refused analyze run.yaml --images 0
chmod -w "$(mkdir locked && echo locked)"
[ "$(id -u)" = 0 ] || refused analyze run.yaml --pictures locked 2> /dev/null
