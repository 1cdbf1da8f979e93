# SPDX-License-Identifier: Apache-2.0
# Weights outside the model's folder.
. "$CASE_DIR/../common.bash"
refused_model external_escaping
