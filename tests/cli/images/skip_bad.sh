# SPDX-License-Identifier: Apache-2.0
# --skip-bad-images counts pictures that cannot be decoded and leaves them out, whoever finds them first.
. "$CASE_DIR/pictures.bash"
write_folder good
write_folder val
head -c 1000 "$pictures"/fractal_0.jpg > val/truncated.jpg
echo text > val/text.jpg
printf 'filename,class_index\nnone.jpg,9\ntruncated.jpg,0\nfractal_0.jpg,0\nfractal_1.jpg,1\ntext.jpg,7\npattern.png,39\nfractal_2.jpg,2\n' \
  > val/labels.csv
write_run
refused run run.yaml --dataset val
for threads in 1 3; do
  npusim run run.yaml --dataset val --calibration val --set calibration.images=4 --set simulation.images=2 \
    --skip-bad-images --json $threads.json -j $threads > $threads.txt
done
npusim run run.yaml --dataset good --calibration good --set simulation.images=2 --skip-bad-images --json good.json --quiet
python3 - <<'END'
import json
one, three, good = (json.load(open(name + '.json')) for name in ('1', '3', 'good'))
for report in (one, three, good):
    del report['host']
print(one['notes'])
print(one == three, one['calibration'], good['calibration'])
for report in (one, good):
    print(report['workload'], report['accuracy'].pop('skipped_images'), report['accuracy'].pop('skipped_names'))
print(one['accuracy'] == good['accuracy'], one['simulation'] == good['simulation'], one['simulation']['images'])
END
sed -n '/^Accuracy/p;/^Notes/,$p' 1.txt
npusim compile run.yaml --calibration val --set calibration.images=4 --skip-bad-images -o net.npu | sed -n '2,$p'
printf 'filename,class_index\nnone.jpg,9\ntruncated.jpg,0\n' > val/labels.csv
rm net.npu
refused run run.yaml --dataset val --skip-bad-images
refused compile run.yaml --calibration val -o net.npu --skip-bad-images
printf 'filename,class_index\nfractal_0.jpg,-9\ntruncated.jpg,0\n' > val/labels.csv
refused run run.yaml --dataset val --skip-bad-images
