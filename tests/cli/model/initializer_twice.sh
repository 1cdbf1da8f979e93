# SPDX-License-Identifier: Apache-2.0
# Two initializers of one name.
. "$CASE_DIR/../common.bash"
refused_model initializer_twice
