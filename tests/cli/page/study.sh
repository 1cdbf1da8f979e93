# SPDX-License-Identifier: Apache-2.0
# The pages of a comparison and of an analysis in Chromium: they show what the JSON forms hold, with
# and without labels, with rows that are refused, and of names that would do harm.
if ! command -v node >/dev/null || [ ! -x /usr/bin/chromium ] ||
   ! modules=$("$CASE_DIR/../../../scripts/checks/node-packages" browser); then
  echo "chromium or playwright-core is not installed: scripts/setup --checks" >&2
  exit 77
fi
show() {
  npusim "$@" --quiet --html page.html --json study.json || exit
  node "$CASE_DIR/../../browser/study_page.js" "$modules" page.html study.json
}
name='<img src=x onerror=alert(1)>&"'\''`${1}'
python3 - "$CASE_DIR/../../../workloads/mobilenet_v1_025_fractal.onnx" <<'END'
import sys
model = open(sys.argv[1], 'rb').read()
for old, new in [(b'pointwise_13', b'</script><b>'), (b'depthwise_13', b'<!--"\'&lt;<b'), (b'depthwise_2', b'${alert(1)}')]:
    assert len(old) == len(new) and old in model
    model = model.replace(old, new)
open('hostile.onnx', 'wb').write(model)
END
sed 's/^model: .*/model: hostile.onnx/; s/images: 2000/images: 40/' "$CASE_DIR/../../../workloads/mobilenet.yaml" > "$name.yaml"
show compare "$name.yaml" --schemes per_layer,shift_scaler:1,shift_scaler:4:floor,per_channel \
  --set hardware.requantization.field_bits=3
show analyze "$name.yaml" --scheme per_layer
sed 's/^dataset: .*/dataset: null/; s/^calibration: .*/calibration: {kind: random, seed: 1, images: 2}/; s/^model: .*/model: hostile.onnx/' \
  "$CASE_DIR/../../../workloads/mobilenet.yaml" > unlabelled.yaml
show compare unlabelled.yaml --schemes per_channel
show analyze unlabelled.yaml
