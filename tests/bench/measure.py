# SPDX-License-Identifier: Apache-2.0
"""Runs what is measured: benchmarks inside npusim_bench, and whole processes of npusim.

Everything becomes Series: the repetitions of one measurement, in seconds of CPU and of wall time.
"""
import dataclasses
import hashlib
import json
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / "build/release"


class Wrong(Exception):
    """A benchmark that cannot run, or a result that is not what it must be."""


@dataclasses.dataclass
class Series:
    cpu: list = dataclasses.field(default_factory=list)
    wall: list = dataclasses.field(default_factory=list)
    work: float = 0            # of one repetition; what it counts, tests/bench/*.cpp say
    peak_bytes: list = dataclasses.field(default_factory=list)  # processes only
    missing: str = ""          # why it was not measured

    @property
    def median(self):
        return statistics.median(self.cpu)

    @property
    def least(self):
        return min(self.cpu)


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def inside(pattern, repetitions, seconds, series):
    """The benchmarks whose names match, interleaved at random within one process."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder, "out.json")
        command = [PROGRAMS / "tests/bin/npusim_bench", f"--benchmark_filter={pattern}",
                   f"--benchmark_repetitions={repetitions}", f"--benchmark_min_time={seconds}",
                   "--benchmark_enable_random_interleaving=true", f"--benchmark_out={out}"]
        run = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if run.returncode != 0:
            raise Wrong(f"npusim_bench: exit code {run.returncode}: {run.stderr.strip()[-500:]}")
        results = json.loads(out.read_text())["benchmarks"]
    # In the order of registration, not in that of the first repetition.
    for result in sorted(results, key=lambda one: one["family_index"]):
        if result["run_type"] != "iteration":
            continue
        name = re.sub("/(iterations|repeats):[0-9]+", "", result["name"])
        if result.get("error_occurred"):
            raise Wrong(f"{name}: {result['error_message']}")
        one = series.setdefault(name, Series())
        one.cpu.append(result["cpu_time"] / 1e3)
        one.wall.append(result["real_time"] / 1e3)
        one.work = result.get("work", 0)


def names_inside():
    listed = subprocess.run([PROGRAMS / "tests/bin/npusim_bench", "--benchmark_list_tests=true"],
                            check=True, capture_output=True, text=True).stdout
    return [re.sub("/iterations:[0-9]+", "", name) for name in listed.split()]


@dataclasses.dataclass
class Process:
    """A command of npusim; {dir} is a folder of its own."""
    name: str
    arguments: list
    result: object = None      # what must be the same in all processes of one `group`: f(folder)
    group: str = ""
    needs_assets: bool = False
    rounds: int = 0            # 0: in all of them


# A process's peak memory counts from that of the process that starts it, so a small one does.
LAUNCHER = """
import os, sys, time
begin = time.perf_counter()
null = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in (0, 1)]
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=null)
_, status, usage = os.wait4(pid, 0)
wall = time.perf_counter() - begin
print(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss, os.waitstatus_to_exitcode(status))
"""


def run_once(process, folder, series, results):
    words = [str(word).replace("{dir}", str(folder)) for word in process.arguments]
    run = subprocess.run([sys.executable, "-I", "-S", "-c", LAUNCHER, PROGRAMS / "bin/npusim", *words],
                         check=True, capture_output=True, text=True)
    cpu, wall, peak, code = run.stdout.split()
    if code != "0":
        raise Wrong(f"{process.name}: exit code {code}: {run.stderr.strip()[-500:]}")
    one = series.setdefault(process.name, Series())
    one.cpu.append(float(cpu))
    one.wall.append(float(wall))
    one.peak_bytes.append(int(peak) * 1024)
    if process.result:
        got = process.result(folder)
        wanted = results.setdefault(process.group or process.name, got)
        if got != wanted:
            raise Wrong(f"{process.name}: got {got}, must be {wanted} as before")


def sha256(name):
    return lambda folder: hashlib.sha256((folder / name).read_bytes()).hexdigest()


def report(name, *keys):
    """A value of a JSON report."""
    def value(folder):
        found = json.loads((folder / name).read_text())
        for key in keys:
            found = found[key]
        return found
    return value


def all_processes(assets, short):
    """Those that are measured, in an order in which each finds the files that it needs."""
    def simulate(network, *flags):
        return ["simulate", f"{{dir}}/{network}.npu", "--quiet", "--json", "{dir}/report.json", *flags]

    cycles = report("report.json", "cycles", "total")
    photos = ["--calibration", f"{assets}/imagenet/calibration", "--set", "calibration.images=16"]
    found = [
        Process("process/help", ["--help"]),
        Process("process/compile_topology/mobilenet_v1_224",
                ["compile", "mobilenet_v1_224.yaml", "--quiet", "-o", "{dir}/mobilenet_v1_224.npu"],
                sha256("mobilenet_v1_224.npu")),
        Process("process/simulate/mobilenet_v1_224", simulate("mobilenet_v1_224"), cycles, "cycles"),
        Process("process/simulate_timing_only/mobilenet_v1_224",
                simulate("mobilenet_v1_224", "--timing-only"), cycles, "cycles"),
        Process("process/compile_onnx/mobilenet_v1_224",
                ["compile", "imagenet_mobilenet_v1.yaml", "--model",
                 f"{assets}/models/mobilenet_v1_1.0_224.onnx", *photos, "-j", "1", "--quiet", "-o",
                 "{dir}/onnx.npu"], sha256("onnx.npu"), needs_assets=True)]
    if short:
        return found
    for network in ("resnet18_224", "resnet50_224", "vgg16_224"):
        found += [Process(f"process/compile_topology/{network}",
                          ["compile", f"{network}.yaml", "--quiet", "-o", f"{{dir}}/{network}.npu"],
                          sha256(f"{network}.npu"), rounds=2),
                  Process(f"process/simulate/{network}", simulate(network), cycles)]
    for threads in ("1", "2"):
        found.append(Process(
            f"process/accuracy_800_images/mobilenet_v1_0.25_224/threads_{threads}",
            ["run", "imagenet_mobilenet_v1.yaml", "--model",
             f"{assets}/models/mobilenet_v1_0.25_224.onnx", "--dataset", f"{assets}/imagenet/val",
             "--images", "800", *photos, "--set", "simulation.images=1", "-j", threads, "--quiet",
             "--json", "{dir}/accuracy.json"],
            report("accuracy.json", "accuracy"), "accuracy", needs_assets=True))
    return found


def processes(chosen, assets, repetitions, series):
    """All of `chosen`, one after another, `repetitions` times."""
    results = {}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for repetition in range(repetitions):
            say(f"processes, round {repetition + 1} of {repetitions}")
            for process in chosen:
                if 0 < process.rounds <= repetition:
                    continue
                if process.needs_assets and not assets:
                    series[process.name] = Series(missing="NPUSIM_ASSETS is not set")
                    continue
                run_once(process, folder, series, results)
