# SPDX-License-Identifier: Apache-2.0
# Bare names are looked for in the workloads folder, paths are not.
. "$CASE_DIR/../common.bash"
refused run no_such_file.yaml
refused run no/such/file.yaml
refused compile no_such_file.yaml -o net.npu
mkdir folder
refused run folder
ln -s nowhere dangling.yaml
refused run dangling.yaml
