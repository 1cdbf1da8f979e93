# SPDX-License-Identifier: Apache-2.0
"""The bars of speed, and what was measured against them.

A bar holds for medians of CPU time on one core unless it says otherwise. All come from issue 6 of the
project ("Speed: as close to the arithmetic as a simulator can get").
"""
import dataclasses
import typing

V1, RESNET, VGG = "mobilenet_v1_224", "resnet50_224", "vgg16_224"
TRAINED = "mobilenet_v1_1.0_224"
RESNET50_WEIGHTS_BYTES = 25_502_912  # int8, without biases: the workload's layers


@dataclasses.dataclass
class Bar:
    what: str                  # at most 37 characters
    limit: float
    at_least: bool             # or at most
    unit: str
    value: typing.Callable     # of a Reading; KeyError: not measured
    digits: int = 2

    def text(self):
        return f"{'>=' if self.at_least else '<='} {self.limit:g}{self.unit}"

    def holds(self, value):
        return value >= self.limit if self.at_least else value <= self.limit


class Reading:
    """Medians (or minima) of one run of scripts/bench."""

    def __init__(self, series, targets, least=False):
        self.series, self.targets, self.least = series, targets, least

    def of(self, name):
        series = self.series[name]
        if not series.cpu:
            raise KeyError(name)
        return series

    def cpu(self, name):
        return self.of(name).least if self.least else self.of(name).median

    def wall(self, name):
        walls = sorted(self.of(name).wall)
        return walls[0] if self.least else walls[len(walls) // 2]

    def rate(self, name):
        """Work per CPU second."""
        return self.of(name).work / self.cpu(name)

    def peak_mb(self, name):
        peaks = sorted(self.of(name).peak_bytes)
        return peaks[-1] / 1e6

    def stage(self, what, network=V1, simd=None):
        return f"stage/{what}/{network}/{simd or self.targets[0]}"

    def ratio(self, over, under):
        return self.cpu(over) / self.cpu(under)

    def best_avx512(self):
        for target in self.targets:
            if target.startswith("AVX3"):
                return target
        raise KeyError("no AVX-512")


def per_mac(reading, what, network):
    """CPU per multiply-add, over MobileNetV1's."""
    def one(name):
        macs = reading.of(reading.stage("executor", name)).work
        return reading.cpu(reading.stage(what, name)) / macs
    return one(network) / one(V1)


def array_spread(reading):
    costs = [1 / reading.rate(f"array/{side}x{side}") for side in (8, 16, 32, 64, 128, 256)]
    return max(costs) / min(costs)


def kernel_share(reading, simd):
    return reading.ratio(reading.stage("raw_kernels", simd=simd), reading.stage("executor", simd=simd))


ACCURACY = "process/accuracy_800_images/mobilenet_v1_0.25_224/threads_"

BARS = [
    Bar("executor, images/s, AVX2, trained", 150, True, "",
        lambda r: 1 / r.cpu(r.stage("executor", TRAINED, "AVX2")), 0),
    Bar("executor, images/s, AVX2", 150, True, "", lambda r: 1 / r.cpu(r.stage("executor", V1, "AVX2")), 0),
    Bar("executor, images/s, AVX-512, trained", 250, True, "",
        lambda r: 1 / r.cpu(r.stage("executor", TRAINED, r.best_avx512())), 0),
    Bar("executor, images/s, AVX-512", 250, True, "",
        lambda r: 1 / r.cpu(r.stage("executor", V1, r.best_avx512())), 0),
    Bar("raw kernels / executor, AVX2", 0.7, True, "", lambda r: kernel_share(r, "AVX2")),
    Bar("raw kernels / executor, AVX-512", 0.7, True, "", lambda r: kernel_share(r, r.best_avx512())),
    Bar("simulate, values / executor", 4, False, "x",
        lambda r: r.ratio(r.stage("simulate_values"), r.stage("executor"))),
    Bar("simulate, values / executor, AVX2", 4, False, "x",
        lambda r: r.ratio(r.stage("simulate_values", V1, "AVX2"), r.stage("executor", V1, "AVX2"))),
    Bar("simulate, timing only / executor", 2, False, "x",
        lambda r: r.ratio(r.stage("simulate_timing_only"), r.stage("executor"))),
    Bar("cycles per CPU s, values", 30, True, " M", lambda r: r.rate(r.stage("simulate_values")) / 1e6, 1),
    Bar("cycles per CPU s, timing only", 80, True, " M",
        lambda r: r.rate(r.stage("simulate_timing_only")) / 1e6, 1),
    Bar("whole simulate process, CPU", 0.2, False, " s", lambda r: r.cpu(f"process/simulate/{V1}"), 3),
    Bar("whole simulate process, peak memory", 500, False, " MB",
        lambda r: r.peak_mb(f"process/simulate/{V1}"), 0),
    Bar("tick oracle / timing only", 2, True, "x",
        lambda r: r.ratio(f"reference/tick_oracle/{V1}", r.stage("simulate_timing_only")), 1),
    Bar("register level / timing only", 500, True, "x",
        lambda r: r.ratio(f"reference/registers/{V1}", r.stage("simulate_timing_only")), 0),
    Bar("accuracy 800 images, 1 core / 2, wall", 1.8, True, "x",
        lambda r: r.wall(ACCURACY + "1") / r.wall(ACCURACY + "2")),
    Bar("compile from ONNX, 16 images, CPU", 1.5, False, " s", lambda r: r.cpu(f"process/compile_onnx/{V1}")),
    Bar("ResNet-50 / V1, CPU per MAC, executor", 1.2, False, "x", lambda r: per_mac(r, "executor", RESNET)),
    Bar("VGG-16 / V1, CPU per MAC, executor", 1.2, False, "x", lambda r: per_mac(r, "executor", VGG)),
    Bar("ResNet-50 / V1, CPU per MAC, simulate", 1.2, False, "x",
        lambda r: per_mac(r, "simulate_values", RESNET)),
    Bar("VGG-16 / V1, CPU per MAC, simulate", 1.2, False, "x", lambda r: per_mac(r, "simulate_values", VGG)),
    Bar("arrays 8x8..256x256, CPU per micro-op", 1.5, False, "x", array_spread),
    Bar("ResNet-50 simulate, peak memory", round((3 * RESNET50_WEIGHTS_BYTES + 150e6) / 1e6), False, " MB",
        lambda r: r.peak_mb(f"process/simulate/{RESNET}"), 0),
    Bar("sweep point (compile, timing), CPU", 40, False, " ms",
        lambda r: 1e3 * r.cpu(r.stage("sweep_point")), 1),
    Bar("npusim --help, CPU", 20, False, " ms", lambda r: 1e3 * r.cpu("process/help"), 1),
    Bar("npusim --help, wall", 20, False, " ms", lambda r: 1e3 * r.wall("process/help"), 1),
]


@dataclasses.dataclass
class Verdict:
    bar: Bar
    median: float = None   # None: not measured
    least: float = None    # of minima, with which a loaded machine is judged more fairly

    @property
    def result(self):
        if self.median is None:
            return "not measured"
        if self.bar.holds(self.median):
            return "ok"
        return "min only" if self.bar.holds(self.least) else "missed"


def verdicts(series, targets):
    found = []
    for bar in BARS:
        try:
            found.append(Verdict(bar, bar.value(Reading(series, targets)),
                                 bar.value(Reading(series, targets, least=True))))
        except KeyError:
            found.append(Verdict(bar))
    return found
