# SPDX-License-Identifier: Apache-2.0
# Sections of the wrong form.
. "$CASE_DIR/common.bash"
for layers in '{}' '[]' '3' '[[relu]]' '[relu: 3]' '[{relu: {}, conv: {}}]' '[null]' '[""]'; do
  write_topology <<END
input: {channels: 4}
layers: $layers
END
  refused run net.yaml
done
write_topology <<'END'
input: [8, 8, 3]
blocks: [relu]
layer: [relu]
END
refused run net.yaml
