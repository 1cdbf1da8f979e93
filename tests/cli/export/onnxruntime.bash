# SPDX-License-Identifier: Apache-2.0
# Exported networks run in onnxruntime, on the same decoded tensors.
oracle=$CASE_DIR/../../onnxruntime
if ! command -v node >/dev/null || ! modules=$("$CASE_DIR/../../../scripts/checks/node-packages" onnxruntime); then
  echo "onnxruntime is not installed: scripts/setup --checks" >&2
  exit 77
fi

# compare PREFIX...: a line of JSON for each in results.jsonl. Every operator as ONNX describes it.
compare() { node "$oracle/compare.js" "$modules" disabled "$@" >> results.jsonl; }

# network NAME RUN.yaml [FLAG VALUE]...: exports the run file's network and compares its images.
network() {
  npusim export "$2" "${@:3}" --quiet -o "$1.onnx" || exit
  oracle_cases images "$2" "$1" "${@:3}" || exit
  compare "$1"
}

# Says of every network in results.jsonl what must hold.
judge() {
  python3 - <<'END'
import json
for line in open('results.jsonl'):
    r = json.loads(line)
    same = r['same_class'] / r['images']
    apart = abs(r['ours'] - r['theirs']) / r['images']
    print(f"{r['name']}, {r['images']} images: same class in 98 %: "
          f"{'yes' if same >= 0.98 else same}; accuracy within 1 point: "
          f"{'yes' if apart <= 0.01 else apart}")
END
}

# imagenet NAME RUN.yaml MODEL [FLAG VALUE]...: the same on real pictures, where NPUSIM_ASSETS has them.
imagenet() {
  if [ -z "${NPUSIM_ASSETS-}" ]; then
    echo "NPUSIM_ASSETS is not set" >&2
    exit 77
  fi
  network "$1" "$2" --model "$NPUSIM_ASSETS/models/$3.onnx" --dataset "$NPUSIM_ASSETS/imagenet/val" \
    --calibration "$NPUSIM_ASSETS/imagenet/calibration" --images 200 "${@:4}"
}
