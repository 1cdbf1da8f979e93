# SPDX-License-Identifier: Apache-2.0
# An attribute of another type.
. "$CASE_DIR/../common.bash"
refused_model attribute_type
