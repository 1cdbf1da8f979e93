# SPDX-License-Identifier: Apache-2.0
# All of them, each with the nearest key.
. "$CASE_DIR/../common.bash"
write_run
echo 'hardwear: x' >> run.yaml
sed -i 's/bias_correction/bias_corection/; s/images: 40/image: 40/' run.yaml
refused run run.yaml
