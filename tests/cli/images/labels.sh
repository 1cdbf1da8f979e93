# SPDX-License-Identifier: Apache-2.0
# What can be wrong in labels.csv: all errors at once, each with its line.
. "$CASE_DIR/pictures.bash"
write_folder val
write_run
labels() {
  printf "$1" > val/labels.csv
  refused run run.yaml --dataset val
}
labels 'fractal_0.jpg,0\nfractal_1.jpg,1\n'
labels 'filename,label\nfractal_0.jpg,0\n'
labels ''
labels 'filename,class_index\n'
labels 'filename,class_index\nfractal_0.jpg,-1\n,2\nfractal_1.jpg,cat\n../outside.jpg,1\n/etc/passwd,1\nfractal_2.jpg\n'
labels 'filename,class_index\nfractal_0.jpg,0\nfractal_1.jpg,1\n./fractal_0.jpg,2\n'
labels 'filename,class_index\nfractal_0.jpg,0\nnone.jpg,1\nsub/none.jpg,1\n'
labels 'filename,class_index\nfractal_0.jpg,40\nfractal_1.jpg,1\nfractal_2.jpg,9223372036854775807\n'
labels 'filename,class_index\n"fractal_0.jpg,0\nfractal_1.jpg,1\n'
labels 'filename,class_index\n"fractal_0".jpg,0\n'
labels 'filename,class_index\nfractal_0.jpg\\0,0\n'
rm val/labels.csv && mkdir val/labels.csv
refused run run.yaml --dataset val
rmdir val/labels.csv && ln -s labels.csv val/labels.csv
refused run run.yaml --dataset val
python3 -c "
print('filename,class_index')
for i in range(1000): print(f'none_{i}.jpg,{i}')" > labels.csv
mv -f labels.csv val/labels.csv
refused run run.yaml --dataset val
# What looks odd and is right.
printf '\xef\xbb\xbfclass_index,"filename",more\r\n 0 ,"fractal_0.jpg",""\r\n\r\n039,fractal_1.jpg\r\n' > val/labels.csv
npusim run run.yaml --dataset val --quiet --json odd.json
value odd.json accuracy.images
