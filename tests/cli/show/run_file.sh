# SPDX-License-Identifier: Apache-2.0
# A run file as a run would use it: flags put over it, defaults written out, paths absolute; a path
# that is missing or left to the user is shown, not refused.
. "$CASE_DIR/../common.bash"
shown() { npusim show "$@" | sed '/^hardware:$/,$d'; }
write_run
sed -i 's/, method: min_max//; s/, field_bits: 4, rule: floor, bias_correction: true//; /^simulation/d' run.yaml
shown run.yaml
mkdir val
shown run.yaml --dataset val --calibration no/where --model net.onnx --scheme per_channel --images 7 \
  --set quantization.bias_correction=false --set input.resize_shorter_side=72
write_run_with 'model: mobilenet_v1_025_fractal.onnx' 'model: null'
sed -i 's/dataset: .*/dataset: {kind: image_folder, path: null}/
        s/calibration: .*/calibration: {kind: image_folder, path: null, images: 64}/
        s/hardware: .*/hardware: null/' run.yaml
npusim show run.yaml
sed -i 's/^dataset: .*/dataset: null/' run.yaml
npusim show run.yaml | sed -n '/^dataset/p'
sed -i '/^dataset/d' run.yaml
npusim show run.yaml | sed -n '/dataset/p'
npusim show run.yaml --hardware npu_32x32.yaml | grep peak
