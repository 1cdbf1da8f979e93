# SPDX-License-Identifier: Apache-2.0
# Nothing is written where anything is wrong.
. "$CASE_DIR/../common.bash"
refused export
refused export mobilenet.yaml
mkdir folder
refused export mobilenet.yaml -o folder
refused export mobilenet.yaml -o no/q.onnx
refused export mobilenet.yaml -o q.onnx --scheme best --frobnicate
refused export mobilenet.yaml -o q.onnx --model no.onnx
refused export mobilenet.yaml -o q.onnx more
npusim export mobilenet.yaml --set calibration.images=1 --quiet -o /dev/full
echo "exit $?"
