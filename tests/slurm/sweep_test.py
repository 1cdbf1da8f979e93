#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: sweep_test.py NPUSIM_FOLDER

A sweep on a real Slurm of two nodes, one of which is killed midway with what it runs: nothing is lost,
nothing doubled, and every file of the result has the bytes of the same sweep run locally. The watching
command is killed as well, and finds its job again. Exit code 77 where Slurm is not installed or this is
not root.
"""
import filecmp
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

from bed import Bed, missing_programs

SKIPPED = 77
SECONDS = 120
SWEEP = """run: mobilenet.yaml
set: {simulation.timing_only: true}
axes:
  hardware.mac_array.rows: [8, 16, 32, 64]
  hardware.mac_array.columns: [8, 16, 32, 64]
  hardware.dram.read_latency_ns: {from: 50, to: 300, step: 50}
"""
POINTS = 96


def finished_points(folder):
    return len(list(folder.glob("points/*.json")))


def same_results(one, other):
    """The names that differ between two sweeps' folders: without what Slurm left beside them, and what
    a killed writer had not given its name yet (the next call after a minute takes it away)."""
    names = {str(path.relative_to(folder)) for folder in (one, other) for path in folder.rglob("*")
             if path.is_file() and path.relative_to(folder).parts[0] != "slurm"
             and path.suffix in (".json", ".csv", ".yaml")}
    _, different, missing = filecmp.cmpfiles(one, other, sorted(names), shallow=False)
    return sorted(names), different + missing


class Test:
    def __init__(self, work, bed):
        self.work, self.bed = work, bed
        (work / "sweep.yaml").write_text(SWEEP)

    def sweep(self, folder, *flags):
        return subprocess.Popen(["npusim", "sweep", "sweep.yaml", "-o", folder, *flags], text=True,
                                cwd=self.work, env=self.bed.environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def on_slurm(self):
        return self.sweep("cluster", "--launcher", "slurm", "--partition", "sweeps", "--time", "10",
                          "--points-per-task", "12")

    def finish(self, process):
        output, _ = process.communicate(timeout=SECONDS)
        if process.returncode != 0:
            sys.exit(f"npusim ended with exit code {process.returncode}:\n{output}")
        return output

    def wait_for_points(self, process, count):
        end = time.monotonic() + SECONDS
        while finished_points(self.work / "cluster") < count:
            if process.poll() is not None or time.monotonic() > end:
                process.kill()
                sys.exit(f"{count} points were not reached:\n{process.stdout.read()}")
            time.sleep(0.02)

    def run(self):
        self.finish(self.sweep("local", "-j", "2"))
        first = self.on_slurm()
        self.wait_for_points(first, 3)
        first.send_signal(signal.SIGKILL)
        first.wait()
        second = self.on_slurm()
        self.wait_for_points(second, 20)
        self.bed.kill_node("n0")
        before = finished_points(self.work / "cluster")
        output = self.finish(second)
        if before == POINTS:
            sys.exit("the sweep was over before the node was killed: the test shows nothing")
        jobs = set(re.findall(r"job (\d+)", output))
        names, wrong = same_results(self.work / "local", self.work / "cluster")
        if wrong:
            sys.exit(f"{len(wrong)} files differ from the local sweep's: {', '.join(wrong[:5])}")
        if len([name for name in names if name.startswith("points/")]) != POINTS:
            sys.exit(f"there are not {POINTS} points, but {names}")
        print(f"node killed after {before} of {POINTS} points; jobs {sorted(jobs)}; "
              f"{len(names)} files as the local sweep's\n{output}")


def main():
    missing = missing_programs()
    if missing or os.geteuid() != 0:
        print(f"skipped: {', '.join(missing) + ' not installed' if missing else 'not root'}")
        return SKIPPED
    os.environ["PATH"] = f"{sys.argv[1]}{os.pathsep}{os.environ['PATH']}"
    with tempfile.TemporaryDirectory(prefix="npusim-slurm-") as temporary:
        work = pathlib.Path(temporary)
        os.environ["NPUSIM_CACHE"] = str(work / "cache")
        with Bed(work / "bed") as bed:
            Test(work, bed).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
