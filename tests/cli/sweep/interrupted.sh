# SPDX-License-Identifier: Apache-2.0
# Ctrl-C and SIGTERM: exit code 130, what is finished stays, the message says how to go on.
. "$CASE_DIR/sweep.bash"
write_sweep
npusim sweep sweep.yaml -o whole --quiet
python3 - <<'END'
import os, pathlib, signal, subprocess, sys, time

def interrupt(number, group):
    process = subprocess.Popen(["npusim", "sweep", "sweep.yaml", "-o", "stopped", "-j", "2"],
                               start_new_session=True, stderr=subprocess.PIPE)
    records = pathlib.Path("stopped/points")
    before = len(list(records.glob("*.json"))) if records.exists() else 0
    while not records.exists() or len(list(records.glob("*.json"))) == before:
        time.sleep(0.001)
    (os.killpg if group else os.kill)(process.pid, number)
    message = process.stderr.read().decode()
    print("exit code", process.wait(), file=sys.stderr)
    sys.stderr.write(message)
    left = len(list(records.glob("*.json")))
    print("kept" if left > before else f"{left} records, {before} before")
    try:
        os.killpg(process.pid, 0)
        print("a process is left")
    except ProcessLookupError:
        pass

interrupt(signal.SIGINT, group=True)
interrupt(signal.SIGTERM, group=False)
END
npusim sweep sweep.yaml -o stopped --quiet
same_results whole stopped && echo "the same bytes"
