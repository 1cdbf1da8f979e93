# SPDX-License-Identifier: Apache-2.0
# Drawn networks of every operator, schemes and widths in turn: nearly all give the same codes. A sum
# on a tie rounds otherwise there; where all sums of a layer are ties, a pool and a product behind it
# make several codes of that.
. "$CASE_DIR/../common.bash"
. "$CASE_DIR/onnxruntime.bash"
oracle_cases drawn 60 . || exit
compare $(seq 0 59)
python3 - <<'END'
import json
results = [json.loads(line) for line in open('results.jsonl')]
logits, different = (sum(r[key] for r in results) for key in ('logits', 'different'))
worst = max(results, key=lambda r: r['largest'])
print(len(results), 'networks; largest difference of a logit in codes:',
      'at most 8' if worst['largest'] <= 8 else worst)
equal = sum(r['different'] == 0 for r in results)
print('networks with all logits equal:', 'over 9 of 10' if equal > 0.9 * len(results) else equal)
print('logits that differ:', 'under 1 %' if different < 0.01 * logits else f'{different} of {logits}')
END
