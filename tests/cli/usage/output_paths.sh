# SPDX-License-Identifier: Apache-2.0
# Places that cannot be written are refused before work starts.
. "$CASE_DIR/../common.bash"
mkdir folder
refused run mobilenet.yaml --json folder
refused run mobilenet.yaml --json no/r.json
refused run mobilenet.yaml --json ""
refused compile mobilenet.yaml -o folder
refused compile mobilenet.yaml -o no/net.npu
touch net.npu
refused simulate net.npu --output folder
refused simulate net.npu --json no/r.json
