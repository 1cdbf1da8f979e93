# SPDX-License-Identifier: Apache-2.0
# Reports with a warm cache, a damaged one and none are the same, for any number of threads; compile,
# compare and analyze use it too.
. "$CASE_DIR/../common.bash"
write_run
export NPUSIM_CACHE=$PWD/cache
same() {  # same FILE: as off.json, but for the host
  python3 - "$1" <<'PY'
import json, sys
first, second = (json.load(open(name)) for name in ("off.json", sys.argv[1]))
first.pop("host"), second.pop("host")
print(sys.argv[1], "the same" if first == second else "differs")
PY
}
NPUSIM_CACHE= npusim run run.yaml --quiet --json off.json
npusim run run.yaml --quiet --json no_cache.json --no-cache
ls cache 2>&1
same no_cache.json
npusim run run.yaml --quiet --json cold.json -j 2
same cold.json
npusim run run.yaml --quiet --json warm.json -j 1
same warm.json
npusim cache | sed 's/  *[0-9.,]* \(bytes\|KiB\|MiB\) .*//'
for entry in cache/*/*/*; do truncate -s -1 "$entry"; done
npusim run run.yaml --quiet --json damaged.json
same damaged.json
for entry in cache/*/*/*; do [ -s "$entry" ] || echo "$entry is empty"; done
NPUSIM_CACHE=$PWD/run.yaml npusim run run.yaml --quiet --json no_folder.json
same no_folder.json
before=$(find cache -type f | sort)
npusim compile run.yaml -o warm.npu --quiet
npusim compile run.yaml -o off.npu --quiet --no-cache && cmp warm.npu off.npu && echo Programs are the same
[ "$before" = "$(find cache -type f | sort)" ] && echo nothing new
npusim compare run.yaml --schemes per_layer --images 4 --quiet --json compare.json
npusim compare run.yaml --schemes per_layer --images 4 --quiet --json off.json --no-cache
same compare.json
