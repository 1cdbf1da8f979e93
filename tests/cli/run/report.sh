# SPDX-License-Identifier: Apache-2.0
# The report of the embedded workload, as it is printed.
. "$CASE_DIR/../common.bash"
write_run
npusim run run.yaml
