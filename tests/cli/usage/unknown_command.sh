# SPDX-License-Identifier: Apache-2.0
# The nearest command is named.
. "$CASE_DIR/../common.bash"
refused rnu mobilenet.yaml
refused frobnicate
