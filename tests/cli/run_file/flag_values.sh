# SPDX-License-Identifier: Apache-2.0
# Flags that stand for keys of the run file.
. "$CASE_DIR/../common.bash"
write_run
refused run run.yaml --images 0
refused run run.yaml --images many
refused run run.yaml --scheme per_tensor
refused run run.yaml --hardware npu_1x1.yaml
