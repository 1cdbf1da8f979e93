# SPDX-License-Identifier: Apache-2.0
# The page of a report in Chromium: it shows what the report holds, of a small network, of 72 layers
# without values, and of names that would do harm.
if ! command -v node >/dev/null || [ ! -x /usr/bin/chromium ] ||
   ! modules=$("$CASE_DIR/../../../scripts/checks/node-packages" browser); then
  echo "chromium or playwright-core is not installed: scripts/setup --checks" >&2
  exit 77
fi
show() {
  npusim "$@" --quiet --html page.html --json report.json || exit
  node "$CASE_DIR/../../browser/report_page.js" "$modules" page.html report.json
}
show run mobilenet.yaml --images 100
show run resnet50_224.yaml --set simulation.timing_only=true

# Names of the same length keep the model a model.
name='<img src=x onerror=alert(1)>&"'\''`${1}'
python3 - "$CASE_DIR/../../../workloads/mobilenet_v1_025_fractal.onnx" <<'END'
import sys
model = open(sys.argv[1], 'rb').read()
for old, new in [(b'pointwise_13', b'</script><b>'), (b'depthwise_13', b'<!--"\'&lt;<b'), (b'pointwise_12', b'${alert(1)}`')]:
    assert len(old) == len(new) and old in model
    model = model.replace(old, new)
open('hostile.onnx', 'wb').write(model)
END
sed 's/^model: .*/model: hostile.onnx/; s/images: 2000/images: 20/' "$CASE_DIR/../../../workloads/mobilenet.yaml" > "$name.yaml"
show run "$name.yaml"
npusim compile mobilenet.yaml -o net.npu --quiet
show simulate net.npu
