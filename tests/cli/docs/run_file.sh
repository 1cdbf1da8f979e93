# SPDX-License-Identifier: Apache-2.0
# The tables of keys of run files, sweep files and technology files are what the program takes.
python3 "$CASE_DIR/../../../scripts/run-file-document" --check
