# SPDX-License-Identifier: Apache-2.0
# Files that are none.
. "$CASE_DIR/../common.bash"
write_run
mkdir folder
refused run run.yaml --hardware folder
printf 'a: [1\n' > hardware.yaml
refused run run.yaml --hardware hardware.yaml
: > hardware.yaml
refused run run.yaml --hardware hardware.yaml
head -c 2000000 /dev/zero > hardware.yaml
refused run run.yaml --hardware hardware.yaml
