# SPDX-License-Identifier: Apache-2.0
# The sweeps that come with npusim can be read: points and what is dropped.
for sweep in "$CASE_DIR"/../../../configs/sweeps/*.yaml; do
  name=$(basename "$sweep")
  npusim sweep "$name" -o swept --dry-run > out.txt || echo "$name: exit code $?"
  grep '^sweep\|^  points\|^  dropped' out.txt
  grep -q '^time: about' out.txt || echo "$name: no time"
done
ls
