# SPDX-License-Identifier: Apache-2.0
# Negative pads.
. "$CASE_DIR/../common.bash"
refused_model negative_pad
