# SPDX-License-Identifier: Apache-2.0
# A model that brings its own codes: its float network has the weights that these stand for, so
# weights have no error, and the analysis says so.
. "$CASE_DIR/../common.bash"
write_run
npusim export run.yaml --scheme per_channel --quiet -o channels.onnx
npusim analyze run.yaml --scheme per_channel --model channels.onnx --sample 5 --json a.json | sed -n '/^Notes/,$p'
python3 - <<'END'
import json
a = json.load(open('a.json'))
print(a['quantization']['source'], {round(l['weight_sqnr_db']) for l in a['layers'] if l['weight_sqnr_db'] is not None})
END
