# SPDX-License-Identifier: Apache-2.0
# What must be neither waited for nor written to a terminal: pipes without a writer, devices, control
# characters, endless names; and what editors put into a file without showing it.
. "$CASE_DIR/../common.bash"
mkfifo pipe
refused run pipe
refused run /dev/zero
write_run
refused run run.yaml --model /dev/zero
refused run run.yaml --json pipe
refused run $'red\e[31m'
refused run run.yaml --set "$(printf 'a.%.0s' {1..200})b=1"
write_run_with 'model: mobilenet_v1_025_fractal.onnx' "model: $(printf 'x%.0s' {1..5000})"
refused run run.yaml
write_run
for i in {1..4100}; do echo "key$i: 1"; done >> run.yaml
refused run run.yaml
write_run
printf '"line\\n\\e[31m": 1\n"": 2\n' >> run.yaml
refused run run.yaml
write_run_with 'npu_32x32.yaml' '"npu_32x32.yaml"'
{ printf '\xEF\xBB\xBF'; sed 's/$/\r/' run.yaml; } > windows.yaml
npusim run windows.yaml --quiet || echo "exit code $?"
