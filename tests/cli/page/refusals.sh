# SPDX-License-Identifier: Apache-2.0
. "$CASE_DIR/../sweep/sweep.bash"
refused sweep report
refused sweep report nowhere
refused sweep explain
refused sweep explain nowhere 1
write_sweep
npusim sweep sweep.yaml -o swept --quiet || exit
refused sweep explain swept
refused sweep explain swept 99
refused sweep explain swept 012
refused sweep explain swept/points/0123456789abcdef.json
refused sweep explain swept one
refused sweep report swept --html nowhere/page.html
refused sweep report swept --csv .
rm -r swept/points swept/failures
refused sweep report swept
