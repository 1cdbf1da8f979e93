#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The bars and tables of scripts/bench on made-up measurements, and the bars that docs/performance.md
shows."""
import pathlib
import re
import sys
import unittest

import bars
import page
from measure import Series

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/performance.md"
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


class Page(unittest.TestCase):
    def test_the_page_has_every_bar(self):
        table = PAGE.read_text().partition("<!-- bars: begin -->")[2].partition("<!-- bars: end -->")[0]
        rows = [tuple(cell.strip() for cell in row.split("|")[1:3])
                for row in table.splitlines() if re.match(r"\| (?!what|---)", row)]
        self.assertEqual(rows, [(bar.what, bar.text()) for bar in bars.BARS])


if __name__ == "__main__":
    sys.exit(unittest.main())
