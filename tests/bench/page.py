# SPDX-License-Identifier: Apache-2.0
"""The tables of scripts/bench, for a terminal of 80 columns and for docs/performance.md."""
import dataclasses
import datetime
import re
import statistics
import subprocess

from bars import Reading

PEAK = "peak/multiply_add/"
NAMES = {"AVX3_DL": "AVX-512 VNNI", "AVX3": "AVX-512", "mobilenet_v1_224": "V1",
         "mobilenet_v1_1.0_224": "V1 trained",
         "resnet18_224": "ResNet-18", "resnet50_224": "ResNet-50",
         "vgg16_224": "VGG-16", "mobilenet_v1_0.25_224": "V1 0.25"}


@dataclasses.dataclass
class Tool:
    """A published measurement of another simulator, whole process, 32 x 32 array: made on another machine."""
    name: str
    network: str
    cpu_seconds: float
    memory_mb: float
    cycles: str
    values: str


TOOLS = [Tool("SCALE-Sim v2", "mobilenet_v1_224", 96, 3300, "1,433,453, without stalls", "no"),
         Tool("SCALE-Sim v3", "mobilenet_v1_224", 99, 3300, "1,433,453, without stalls", "no"),
         Tool("SCALE-Sim v2", "resnet18_224", 170, 5500, "2,519,815, without stalls", "no"),
         Tool("ONNXim", "resnet18_224", 5.5, 68, "3,277,437", "no")]


def simd_name(target):
    return NAMES.get(target, target)


def shown_name(name):
    """Without its group, which heads the rows."""
    return " ".join(NAMES.get(part, part.replace("_", " ")) for part in name.split("/")[1:])


def machine(root, targets):
    """What was measured on, as pairs."""
    info = open("/proc/cpuinfo").read()
    model = re.search(r"model name\s*: (.*)", info)
    flags = set(re.search(r"flags\s*: (.*)", info)[1].split())
    wide = [name for flag, name in (("avx2", "AVX2"), ("avx512f", "AVX-512"), ("avx512_vnni", "VNNI"))
            if flag in flags]
    cache = (root / "build/release/CMakeCache.txt").read_text()
    compiler = re.search(r"^CMAKE_CXX_COMPILER:[A-Z]+=(.*)$", cache, re.MULTILINE)[1]
    version = subprocess.run([compiler, "--version"], capture_output=True, text=True).stdout.split("\n")[0]
    commit = subprocess.run(["git", "describe", "--always", "--dirty", "--abbrev=7"], cwd=root,
                            capture_output=True, text=True).stdout.strip()
    return [("processor", f"{model[1] if model else 'unknown'}, {info.count('processor' + chr(9))} cores"),
            ("instruction sets", ", ".join(wide)),
            ("kernels for", ", ".join(simd_name(target) for target in targets)),
            ("compiler", version), ("commit", commit),
            ("date", datetime.date.today().isoformat())]


def load_note(series, targets):
    """What others took of the machine: how much the multiply-add peak moved, and whether processes waited."""
    times = series[PEAK + targets[0]].cpu
    text = (f"How loaded the machine was: of {len(times)} repetitions of the multiply-add peak during the\n"
            f"run, the slowest took {max(times) / min(times):.2f} times as long as the fastest.")
    shares = [cpu / wall for name, one in series.items() if name.startswith("process/simulate")
              for cpu, wall in zip(one.cpu, one.wall)]
    if shares:
        text += (f" The processes of `simulate`,\nwhich have one thread, had a core "
                 f"{100 * statistics.median(shares):.0f} % of the time; wall times are as much too long.")
    return text


def number(value, digits, unit):
    return f"{value:,.{digits}f}{unit}"


def verdict_rows(verdicts):
    for verdict in verdicts:
        bar = verdict.bar
        shown = ["-", "-"] if verdict.median is None else [
            number(value, bar.digits, bar.unit) for value in (verdict.median, verdict.least)]
        yield [bar.what, bar.text(), *shown, verdict.result]


def seconds(value):
    if value < 1e-3:
        return f"{1e6 * value:.1f} us"
    return f"{1e3 * value:.2f} ms" if value < 1 else f"{value:.2f} s"


def rate(name, series, reading):
    """The work of a second, named by what the work is."""
    if not series.work:
        return ""
    group, what = name.split("/")[:2]
    value = series.work / series.median
    if group == "kernel" and what.startswith(("requantize", "im2col")):
        return f"{value / 1e9:.2f} G{'values' if what.startswith('r') else 'B'}/s"
    if group in ("kernel", "peak") or what in ("executor", "raw_kernels"):
        target = name.rsplit("/", 1)[1]
        share = value / reading.rate(PEAK + target) if PEAK + target in reading.series else None
        return f"{value / 1e9:.1f} GMAC/s" + (f", {100 * share:.0f} %" if share and group != "peak" else "")
    if group in ("array", "unit"):
        each = f"{1e6 / value:.3g} us"
        return f"{each} for each of {series.work:,.0f} micro-ops" if group == "array" else f"{each} each"
    return f"{value / 1e6:.3g} Mcycles/s"


def measured_rows(series, targets, group):
    """Name, median and minimum of CPU time, the ratio to the executor's for one image, and a rate."""
    reading = Reading(series, targets)
    unit = series.get(reading.stage("executor"))
    for name, one in series.items():
        if name.split("/")[0] != group:
            continue
        if one.missing:
            yield [shown_name(name), "-", "-", "-", one.missing]
            continue
        ratio = f"{one.median / unit.median:.3g}" if unit else "-"
        extra = rate(name, one, reading)
        if one.peak_bytes:
            extra = f"{seconds(reading.wall(name))} wall, {reading.peak_mb(name):.0f} MB"
        yield [shown_name(name), seconds(one.median), seconds(one.least), ratio, extra]


def tool_rows(series, targets):
    """What another tool takes, over what npusim takes to compile and to simulate with values."""
    reading = Reading(series, targets)
    for tool in TOOLS:
        row = [tool.name, NAMES[tool.network], f"{tool.cpu_seconds:g} s", f"{tool.memory_mb:,.0f} MB",
               tool.cycles, tool.values]
        try:
            own = [f"process/{what}/{tool.network}" for what in ("compile_topology", "simulate")]
            cpu = sum(reading.cpu(name) for name in own)
            memory = max(reading.peak_mb(name) for name in own)
        except KeyError:
            yield [*row, "-", "-"]
            continue
        yield [*row, f"{cpu:.2f} s, {memory:.0f} MB", f"{tool.cpu_seconds / cpu:,.0f}x CPU, "
               f"{tool.memory_mb / memory:,.1f}x memory"]


def before_rows(before, series, targets):
    """Stages, arrays and processes beside those of another run, each run on its best instruction set."""
    old = {re.sub(f"/{before['targets'][0]}$", "", name): figures["cpu_seconds"]
           for name, figures in before["measured"].items()}
    for full_name, one in series.items():
        name = re.sub(f"/{targets[0]}$", "", full_name)
        if name.split("/")[0] in ("stage", "process", "array") and one.cpu and old.get(name):
            was = statistics.median(old[name])
            yield [f"{name.split('/')[0]}: {shown_name(name)}", seconds(was), seconds(one.median),
                   f"{was / one.median:.2f}"]


def groups(series):
    return list(dict.fromkeys(name.split("/")[0] for name in series))


def text_table(head, rows):
    rows = [head, *rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    return "\n".join("  ".join(cell.ljust(width) if column in (0, len(head) - 1) else cell.rjust(width)
                               for column, (cell, width) in enumerate(zip(row, widths))).rstrip()
                     for row in rows)


def markdown_table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


BEFORE_HEAD = ["CPU, best instruction set", "before", "now", "times as fast"]
BAR_HEAD = ["what", "bar", "median", "minimum", "result"]
TOOL_HEAD = ["tool", "network", "its CPU", "its memory", "its cycles", "its values", "npusim", "ratio"]
MEASURED_HEAD = ["CPU", "minimum", "x exec", "rate"]
