# SPDX-License-Identifier: Apache-2.0
# What is no YAML, or not what configuration needs.
. "$CASE_DIR/../common.bash"
try() { printf -- "$1" > run.yaml; refused run run.yaml; }
try ''
try '# nothing\n'
try '- a\n- b\n'
try 'just text\n'
try 'model: [1, 2\n'
try 'model: a\n b: c\n'
try 'model: "open\n'
try '\tmodel: a\n'
try 'model: a\0b\n'
head -c 2000000 /dev/zero | tr '\0' '#' > run.yaml
refused run run.yaml
head -c 100000 /dev/zero | tr '\0' '[' > run.yaml
refused run run.yaml
