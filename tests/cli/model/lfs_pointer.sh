# SPDX-License-Identifier: Apache-2.0
# What Git LFS leaves in place of a file.
. "$CASE_DIR/../common.bash"
refused_model lfs_pointer
