# SPDX-License-Identifier: Apache-2.0
# Points that fail: told with their reasons, no error of the sweep, tried again on request only. A
# worker that somebody kills costs its point alone.
. "$CASE_DIR/sweep.bash"
write_sweep
npusim sweep sweep.yaml -o swept -j 2
head -2 swept/failures.csv
file=swept/failures/$(sed -n 2p swept/failures.csv | cut -d, -f2).json
value "$file" kind
value "$file" exit_code
value "$file" messages
value "$file" assignments.1
touch -d '2 days ago' swept/failures/*.json swept/points/*.json
npusim sweep sweep.yaml -o swept --quiet
find swept/failures swept/points -newermt '1 day ago' -name '*.json' | wc -l
npusim sweep sweep.yaml -o swept --quiet --retry-failed
find swept/failures -newermt '1 day ago' -name '*.json' | wc -l
find swept/points -newermt '1 day ago' -name '*.json' | wc -l
python3 - <<'END'
import pathlib, os, signal, subprocess
process = subprocess.Popen(["npusim", "sweep", "sweep.yaml", "-o", "shot", "-j", "2", "--quiet"])
children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children")
killed = 0
while process.poll() is None and killed < 5:
    for child in children.read_text().split():
        os.kill(int(child), signal.SIGKILL)
        killed += 1
print("exit code", process.wait())
END
grep -q 'died,worker process killed by signal 9 (Killed)' shot/failures.csv && echo told
npusim sweep sweep.yaml -o shot --quiet --retry-failed
same_results swept shot && echo "the same bytes"
