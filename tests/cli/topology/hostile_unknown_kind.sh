# SPDX-License-Identifier: Apache-2.0
# A kind of layer that there is not, and a near miss of one.
. "$CASE_DIR/common.bash"
write_topology <<'END'
input: {height: 8, width: 8, channels: 3}
layers: [lstm: {channels: 4}, depthwize: {kernel: 3}, conv: {channels: 4, kernel: 3}]
END
refused run net.yaml
refused compile net.yaml -o net.npu
