# SPDX-License-Identifier: Apache-2.0
# Files that are not there, not readable, or nothing that can be shown.
. "$CASE_DIR/../common.bash"
refused show
refused show ''
refused show npu_32x23.yaml
refused show mobilnet
refused show no_such_file_at_all.yaml
refused show no/mobilenet.yaml
mkdir folder
refused show folder
printf '\001\002\377\000' > binary
refused show binary
cp binary binary.npu
refused show binary.npu
cp binary binary.onnx
refused show binary.onnx
: > empty.yaml
refused show empty.yaml
printf 'services: {web: 80}\n' > other.yaml
refused show other.yaml
printf 'a: [1\n' > broken.yaml
refused show broken.yaml
printf 'model: [1\n' > broken_run.yaml
refused show broken_run.yaml
printf 'not,a,topology\n' > table.csv
refused show table.csv
mkfifo pipe
refused show pipe
ln -s nowhere dangling.yaml
refused show dangling.yaml
write_hardware_with 'rows: 16 ' 'rows: 0 '
sed -i 's/ lanes: 16/ lanes: -1/; s/placement: fused/placement: none/; s/^feeder:/feeder_:/' hardware.yaml
refused show hardware.yaml --set hardware.dram.bytes=5 --set mac_array.row=3
write_run
sed -i 's/seed: 2/seed: x/; s/per_la/x/; s/fractal,/fractals,/' run.yaml
refused show run.yaml --images 0
