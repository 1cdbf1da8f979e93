# SPDX-License-Identifier: Apache-2.0
# What the shipped workload is there to show, on all its 2,000 images: one scale a layer ruins the
# network, the shift scaler does not, with and without bias correction.
npusim run mobilenet.yaml --quiet --json with.json
npusim run mobilenet.yaml --quiet --json without.json --set quantization.bias_correction=false
python3 - <<'END'
import json
for name in ('with', 'without'):
    r = json.load(open(name + '.json'))
    a = r['accuracy']
    floating, schemes = a['float_top1'], a['schemes']
    print(name, a['images'], r['simulation']['images'] >= 4, r['simulation']['bit_exact'])
    print('float between 0.90 and 0.96:', 0.90 <= floating <= 0.96)
    print('shift_scaler at most 0.01 below:', floating - schemes['shift_scaler']['quantized_top1'] <= 0.01)
    if name == 'without':
        print('per_layer at least 0.20 below:', floating - schemes['per_layer']['quantized_top1'] >= 0.20)
END
