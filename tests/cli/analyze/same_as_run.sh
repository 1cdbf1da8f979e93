# SPDX-License-Identifier: Apache-2.0
# Shown all images, the analysis counts as `run` does; any number of threads gives the same bytes.
. "$CASE_DIR/../common.bash"
write_run
npusim run run.yaml --scheme per_layer --quiet --json run.json
for threads in 1 3; do
  npusim analyze run.yaml --scheme per_layer --sample 1000 -j $threads --json $threads.json --csv $threads.csv \
    --pictures $threads > $threads.txt
done
python3 - <<'END'
import json
run, one, three = (json.load(open(name + '.json')) for name in ('run', '1', '3'))
for key in ('images', 'float_top1', 'quantized_top1'):
    print(key, run['accuracy'][key] == one['accuracy'][key])
print(run['quantization'] == one['quantization'], run['hardware'] == one['hardware'], run['workload'] == one['workload'])
print([layer['name'] for layer in run['layers']] == [layer['name'] for layer in one['layers']])
one.pop('host'), three.pop('host')
print(one == three)
END
cmp 1.csv 3.csv
cmp 1.txt 3.txt
ls 1
for picture in sensitivity channel_ranges; do
  cmp 1/$picture.svg 3/$picture.svg
  python3 -c "
import sys, xml.etree.ElementTree as tree
root = tree.parse(sys.argv[1]).getroot()
print(root.tag, root.find('{http://www.w3.org/2000/svg}title').text)" 1/$picture.svg
done
awk 'length > 80 {print "longer than 80 columns: " $0}' 1.txt
