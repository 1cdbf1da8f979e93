# SPDX-License-Identifier: Apache-2.0
# Networks that no memory holds: parameters and activations.
. "$CASE_DIR/common.bash"
write_topology <<'END'
input: {height: 1, width: 1, channels: 1048576}
layers: [gemm: {channels: 1048576}, gemm: {channels: 1048576}]
END
refused run net.yaml
write_topology <<'END'
input: {height: 1048576, width: 1048576, channels: 1048576}
layers: [conv: {channels: 1, kernel: 1}]
END
refused run net.yaml
