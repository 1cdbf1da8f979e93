# SPDX-License-Identifier: Apache-2.0
# A PyTorch archive.
. "$CASE_DIR/../common.bash"
refused_model pytorch
