# SPDX-License-Identifier: Apache-2.0
# Anchors, aliases, tags and second documents.
. "$CASE_DIR/../common.bash"
try() { write_run_with "$1" "$2"; refused run run.yaml; }
try 'seed: 2' 'seed: &seed 2'
try 'seed: 2' 'seed: !!int 2'
try 'dataset: {kind' 'dataset: {<<: *other, kind'
write_run
printf -- '---\nmore: 1\n' >> run.yaml
refused run run.yaml
