# SPDX-License-Identifier: Apache-2.0
# A technology is a file of one's own beside the run file, a bare name, or a path; wrong ones are refused.
. "$CASE_DIR/../common.bash"
write_program
sed 's/^name: .*/name: mine/; /^register:/,/^$/d' "$CASE_DIR/../../../configs/technology/generic_45nm.yaml" > mine.yaml
echo 'technology: mine' >> run.yaml
technology() { npusim "$@" --quiet --json r.json && value r.json energy.technology; }
technology run run.yaml --set simulation.timing_only=true
value r.json energy.not_counted
technology run run.yaml --set simulation.timing_only=true --technology generic_7nm
technology run run.yaml --set simulation.timing_only=true --set technology=./mine.yaml
technology simulate net.npu --timing-only
technology simulate net.npu --timing-only --technology mine.yaml
rm r.json
refused run run.yaml --technology generic_45
refused run run.yaml --set technology=7
refused run run.yaml --set 'technology=[1]'
refused simulate net.npu --technology no/where
sed -i 's/^name: mine/nmae: mine/; s/value: 0.2}/value: -1}/; /^gate:/,/^$/{/source/d}; s/bytes: 32KiB/bytes: 4KiB/' mine.yaml
refused run run.yaml
refused simulate net.npu --technology mine.yaml
