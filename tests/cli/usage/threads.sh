# SPDX-License-Identifier: Apache-2.0
# The number of threads.
. "$CASE_DIR/../common.bash"
for threads in 0 -1 1025 two 1.5 01; do refused run mobilenet.yaml -j $threads; done
