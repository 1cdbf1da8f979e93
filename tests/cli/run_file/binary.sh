# SPDX-License-Identifier: Apache-2.0
# Any bytes come to an error, never to a crash.
. "$CASE_DIR/../common.bash"
for seed in 1 2 3 4 5 6 7 8; do
  python3 -c "import random; r = random.Random($seed); open('run.yaml', 'wb').write(bytes(r.randrange(256) for _ in range(400)))"
  npusim run run.yaml 2> /dev/null
  [ $? = 2 ] || echo "seed $seed: exit code must be 2"
done
