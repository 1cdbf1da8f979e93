# SPDX-License-Identifier: Apache-2.0
# The borders of every number.
. "$CASE_DIR/../common.bash"
try() { write_run_with "$1" "$2"; refused run run.yaml; }
try 'seed: 2' 'seed: -1'
try 'images: 40' 'images: 0'
try 'images: 40' 'images: 10000001'
try 'size: 64' 'size: 0'
try 'size: 64' 'size: 8193'
try 'size: 64' 'size: 64, center_crop: 0'
try 'size: 64' 'size: 64, resize_shorter_side: -5'
try 'field_bits: 4' 'field_bits: 5'
try 'field_bits: 4' 'field_bits: -1'
try 'simulation: {images: 1}' 'simulation: {images: 0}'
try 'scale: [127.5, 127.5, 127.5]' 'scale: [127.5, 0, 127.5]'
try 'mean: [127.5, 127.5, 127.5]' 'mean: [127.5, 1e7, 127.5]'
