# SPDX-License-Identifier: Apache-2.0
# Nothing is written where anything is wrong.
. "$CASE_DIR/../common.bash"
write_program
refused vectors
refused vectors run.yaml --rows 0 --instructions many
refused vectors run.yaml -o run.yaml
refused vectors run.yaml -o no/vectors
mkdir full
touch full/file
refused vectors run.yaml -o full
refused vectors run.yaml -o "$CASE_DIR"/../../../configs
refused vectors net.npu -o v --layers 'conv*' --layers 'dense_*' --layers best
refused vectors net.npu -o v --scheme per_layer --set quantization.symmetric=false --skip-bad-images
refused vectors no.npu -o v
refused vectors run.yaml -o v --scheme best
refused vectors net.npu -o v --input no.jpg
refused vectors net.npu -o v --frobnicate
