#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The bars and tables of scripts/bench on made-up measurements, its processes with a made-up program, and
what docs/performance.md shows of it."""
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import bars
import measure
import page
from measure import Series

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/performance.md"
EXECUTOR = "stage/executor/mobilenet_v1_224/"


def verdict(what, series, targets=("AVX3", "AVX2")):
    return next(v for v in bars.verdicts(series, list(targets)) if v.bar.what == what)


class Bars(unittest.TestCase):
    def test_median_decides_and_minimum_is_told(self):
        series = {EXECUTOR + "AVX2": Series(cpu=[0.005, 0.008, 0.006, 0.0071, 0.0074])}
        found = verdict("executor, images/s, AVX2", series)
        self.assertAlmostEqual(found.median, 1 / 0.0071)
        self.assertAlmostEqual(found.least, 200)
        self.assertEqual(found.result, "min only")
        series[EXECUTOR + "AVX2"].cpu = [0.006] * 5
        self.assertEqual(verdict("executor, images/s, AVX2", series).result, "ok")
        series[EXECUTOR + "AVX2"].cpu = [0.007] * 5
        self.assertEqual(verdict("executor, images/s, AVX2", series).result, "missed")

    def test_what_was_not_measured_says_so(self):
        self.assertEqual(verdict("executor, images/s, AVX2", {}).result, "not measured")
        series = {EXECUTOR + "AVX2": Series(missing="no assets")}
        self.assertEqual(verdict("executor, images/s, AVX2", series).result, "not measured")
        series = {EXECUTOR + "AVX2": Series(cpu=[0.001])}
        self.assertEqual(verdict("executor, images/s, AVX-512", series, ["AVX2"]).result, "not measured")

    def test_cpu_per_mac_is_relative(self):
        series = {}
        for network, macs, seconds in (("mobilenet_v1_224", 100, 1.0), ("resnet50_224", 800, 10.0)):
            series[f"stage/executor/{network}/AVX3"] = Series(cpu=[seconds], work=macs)
        self.assertAlmostEqual(verdict("ResNet-50 / V1, CPU per MAC, executor", series).median, 1.25)

    def test_arrays_are_as_far_apart_as_the_furthest_two(self):
        series = {f"array/{side}x{side}": Series(cpu=[1.0], work=1000) for side in (8, 16, 32, 64, 128, 256)}
        self.assertAlmostEqual(verdict("arrays 8x8..256x256, CPU per micro-op", series).median, 1)
        series["array/64x64"].work = 400
        series["array/8x8"].work = 2000
        found = verdict("arrays 8x8..256x256, CPU per micro-op", series)
        self.assertAlmostEqual(found.median, 5)
        self.assertEqual(found.result, "missed")

    def test_peak_memory_is_the_largest(self):
        series = {"process/simulate/mobilenet_v1_224": Series(cpu=[1], wall=[1], peak_bytes=[5e6, 9e6, 7e6])}
        self.assertEqual(verdict("whole simulate process, peak memory", series).median, 9)


class Tables(unittest.TestCase):
    def test_bars_fit_a_terminal(self):
        series = {EXECUTOR + "AVX3": Series(cpu=[0.004])}
        rows = page.verdict_rows(bars.verdicts(series, ["AVX3"]))
        for line in page.text_table(page.BAR_HEAD, rows).splitlines():
            self.assertLessEqual(len(line), 80, line)

    def test_ratio_is_to_the_executor(self):
        series = {EXECUTOR + "AVX3": Series(cpu=[0.004], work=4e8),
                  "stage/compile/mobilenet_v1_224/AVX3": Series(cpu=[0.03, 0.01, 0.02])}
        rows = list(page.measured_rows(series, ["AVX3"], "stage"))
        self.assertEqual(rows[0], ["executor V1 AVX-512", "4.00 ms", "4.00 ms", "1", "100.0 GMAC/s"])
        self.assertEqual(rows[1], ["compile V1 AVX-512", "20.00 ms", "10.00 ms", "5", ""])


class Processes(unittest.TestCase):
    """`npusim` is a script: "ok" writes its last argument to a file, anything else fails."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.addCleanup(setattr, measure, "PROGRAMS", measure.PROGRAMS)
        measure.PROGRAMS = pathlib.Path(temporary.name)
        program = measure.PROGRAMS / "bin/npusim"
        program.parent.mkdir()
        program.write_text('#!/bin/sh\n[ "$1" = ok ] || { echo "no such thing" >&2; exit 2; }\n'
                           'echo "$3" > "$2/out"\n')
        program.chmod(0o755)

    def run_all(self, *processes, assets="here", repetitions=2):
        series = {}
        measure.processes(processes, assets, repetitions, series)
        return series

    def process(self, word, **options):
        return measure.Process("process/one", ["ok", "{dir}", word], measure.sha256("out"), **options)

    def test_every_round_is_measured(self):
        one = self.run_all(self.process("a"), repetitions=3)["process/one"]
        self.assertEqual([len(one.cpu), len(one.wall), len(one.peak_bytes)], [3, 3, 3])
        self.assertGreater(min(one.cpu + one.wall + one.peak_bytes), 0)
        self.assertEqual(len(self.run_all(self.process("a", rounds=1))["process/one"].cpu), 1)

    def test_without_assets_the_row_says_so(self):
        one = self.run_all(self.process("a", needs_assets=True), assets=None)["process/one"]
        self.assertEqual((one.cpu, one.missing), ([], "NPUSIM_ASSETS is not set"))

    def test_a_process_that_fails_is_an_error(self):
        with self.assertRaisesRegex(measure.Wrong, "process/bad: exit code 2: no such thing"):
            self.run_all(measure.Process("process/bad", ["broken"]))

    def test_another_result_is_an_error(self):
        with self.assertRaisesRegex(measure.Wrong, "process/one: got .*, must be .* as before"):
            self.run_all(self.process("a", group="g"), self.process("b", group="g"))


class Page(unittest.TestCase):
    def test_the_commands_of_the_page_exist(self):
        flags = set(re.findall(r"^scripts/bench (--[a-z]+)", PAGE.read_text(), re.MULTILINE))
        self.assertGreaterEqual(len(flags), 4)
        text = subprocess.run([sys.executable, ROOT / "scripts/bench", "--help"], check=True,
                              capture_output=True, text=True).stdout
        self.assertEqual(flags - set(re.findall(r"--[a-z]+", text)), set())

    def test_the_files_that_the_page_names_are_there(self):
        named = re.findall(r"`((?:sim|frontend|tests)/[a-z_/.]+)`", PAGE.read_text())
        self.assertGreaterEqual(len(named), 10)
        self.assertEqual([name for name in named if not (ROOT / name).exists()], [])

    def test_the_page_has_every_bar(self):
        table = PAGE.read_text().partition("<!-- bars: begin -->")[2].partition("<!-- bars: end -->")[0]
        rows = [tuple(cell.strip() for cell in row.split("|")[1:3])
                for row in table.splitlines() if re.match(r"\| (?!what|---)", row)]
        self.assertEqual(rows, [(bar.what, bar.text()) for bar in bars.BARS])


if __name__ == "__main__":
    sys.exit(unittest.main())
