# SPDX-License-Identifier: Apache-2.0
# Every command needs a file; compile needs a place for the Program.
. "$CASE_DIR/../common.bash"
refused run
refused compile
refused compile mobilenet.yaml
refused simulate
refused disasm
