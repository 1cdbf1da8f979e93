# SPDX-License-Identifier: Apache-2.0
# kill -9 of the whole process group at ten moments: each call goes on where the last one was, and in
# the end everything is as if nothing had happened. No worker outlives its parent.
. "$CASE_DIR/sweep.bash"
write_sweep
python3 - <<'END'
import os, pathlib, random, signal, subprocess, time
moments = random.Random(7)
command = ["npusim", "sweep", "sweep.yaml", "-j", "2", "--quiet", "-o"]
start = time.monotonic()
subprocess.run([*command, "whole"], check=True)
whole_seconds = time.monotonic() - start
records = pathlib.Path("killed/points")
cut_short = 0
for attempt in range(10):
    if records.exists():  # so that there is always something to interrupt
        for record in moments.sample(sorted(records.iterdir()), len(list(records.iterdir())) // 2):
            record.unlink()
    process = subprocess.Popen([*command, "killed"], start_new_session=True)
    time.sleep(moments.uniform(0.02, 0.5) * whole_seconds)
    os.killpg(process.pid, signal.SIGKILL)
    cut_short += process.wait() == -signal.SIGKILL
print("cut short" if cut_short >= 5 else f"only {cut_short} of 10 were cut short")
END
npusim sweep sweep.yaml -o killed -j 2 --quiet
same_results whole killed && echo "the same bytes"
