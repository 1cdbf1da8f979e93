# SPDX-License-Identifier: Apache-2.0
# Sections and keys without default.
. "$CASE_DIR/../common.bash"
echo 'simulation: {images: 1}' > run.yaml
refused run run.yaml
write_run_with 'seed: 2, ' ''
refused run run.yaml
write_run_with 'kind: fractal, ' ''
refused run run.yaml
write_run_with 'size: 64, ' ''
refused run run.yaml
write_run_with 'scheme: shift_scaler, ' ''
refused run run.yaml
write_run_with ', images: 40' ''
refused run run.yaml
