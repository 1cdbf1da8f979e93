# SPDX-License-Identifier: Apache-2.0
# A picture.
. "$CASE_DIR/../common.bash"
refused_model jpeg
