# SPDX-License-Identifier: Apache-2.0
# A packed model.
. "$CASE_DIR/../common.bash"
refused_model gzip
