# SPDX-License-Identifier: Apache-2.0
# Without values there is nothing to read or write.
. "$CASE_DIR/../common.bash"
refused simulate net.npu --timing-only --input x.npy --output y.npy
