# SPDX-License-Identifier: Apache-2.0
# An operator of another domain.
. "$CASE_DIR/../common.bash"
refused_model unknown_domain
