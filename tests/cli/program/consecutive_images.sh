# SPDX-License-Identifier: Apache-2.0
# Three images as one stream: the tensors of three streams of one, and what one more costs as run says.
. "$CASE_DIR/../common.bash"
write_program
npusim compile run.yaml --consecutive-images 3 -o three.npu
npusim compile run.yaml --consecutive-images 4 -o four.npu --quiet
npusim compile run.yaml --consecutive-images 1 -o one.npu --quiet
cmp net.npu one.npu
images=(fractal:2:0 fractal:2:5 fractal:9:1)
for i in 0 1 2; do npusim simulate net.npu --input ${images[i]} --output $i.npy --quiet; done
npusim simulate three.npu --input ${images[0]} --input ${images[1]} --input ${images[2]} \
  --output all.npy --json three.json --quiet
for i in 0 1 2; do tail -c 40 $i.npy; done | cmp - <(tail -c 120 all.npy)
head -c 128 all.npy | grep -ao "'shape': ([0-9, ]*)"
for i in 0 1 2; do
  [ "\"$(tail -c 40 $i.npy | sha256sum | cut -d ' ' -f 1)\"" = "$(value three.json simulation.output_sha256.$i)" ] ||
    echo "image $i has another hash"
done
npusim simulate four.npu --timing-only --json four.json --quiet
npusim run run.yaml --json run.json --quiet
python3 - <<'END'
import json
run, three, four = (json.load(open(f + '.json')) for f in ('run', 'three', 'four'))
print(run['cycles']['steady_state_total'] == four['cycles']['total'] - three['cycles']['total'])
images = three['cycles']['images']
print([image['end_cycle'] for image in images][-1] == three['cycles']['total'])
for i, image in enumerate(images):
    layers = [l for l in three['layers'] if l['image'] == i]
    print(len(layers), sum(l['cycles'] for l in layers) == image['cycles'])
print(three['workload']['images'], three['simulation']['images'], 'steady_state_total' in three['cycles'])
print(three['memory']['weights_bytes'] == run['memory']['weights_bytes'])
END
npusim show three.npu | sed -n 1,2p
refused simulate three.npu --input fractal:2:0
for number in 0 -1 4097 many; do refused compile run.yaml -o no.npu --consecutive-images $number; done
