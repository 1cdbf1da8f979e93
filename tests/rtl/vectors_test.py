#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: vectors_test.py NPUSIM BENCH

The files of `npusim vectors` for networks with every unit, scheme and placement: each is as long and as
wide as the index says, and the Verilog test bench BENCH, which reads them with $readmemh, finds every
expected word. It must not find one that was changed.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

EXPECTED = {"requantization": "codes", "barrel_shifter": "shifted", "channel_shifter": "shifted",
            "mac_array": "sums_out", "elementwise": "codes", "pool": "codes"}
EMBEDDED = ["mobilenet.yaml", "--set", "calibration.images=1", "--rows", "5", "--instructions", "4"]
SOME = ["--layers", "conv", "--layers", "*_1", "--layers", "*_13", "--layers", "classifier"]
RUNS = {
    "fused": [*EMBEDDED],
    "pre_multiply": [*EMBEDDED, *SOME, "--set", "hardware.requantization.placement=pre_multiply",
                     "--set", "hardware.requantization.multiplier_bits=15"],
    "per_channel": [*EMBEDDED, *SOME, "--scheme", "per_channel", "--hardware", "npu_16x16_edge.yaml"],
    "saturating, asymmetric": [*EMBEDDED, *SOME, "--scheme", "per_layer",
                               "--set", "quantization.symmetric=false",
                               "--set", "hardware.mac_array.accumulator=saturate",
                               "--set", "hardware.mac_array.accumulator_bits=14"],
    "wrapping": [*EMBEDDED, *SOME, "--set", "hardware.mac_array.accumulator=wrap",
                 "--set", "hardware.mac_array.accumulator_bits=13"],
    "output stationary": [*EMBEDDED, *SOME, "--set", "hardware.mac_array.dataflow=output_stationary",
                          "--set", "hardware.mac_array.depthwise_pixels=3"],
    "every unit": ["mobilenet_v3_small_224.yaml", "--rows", "2", "--instructions", "2",
                   "--layers", "stem*", "--layers", "gated_first*", "--layers", "plain_residual*"],
    "concatenation": ["squeezenet_224.yaml", "--rows", "2", "--instructions", "2",
                      "--layers", "*pool_1", "--layers", "fire_1*"],
}


class Checker:
    def __init__(self, npusim, bench):
        self.npusim, self.bench = npusim, bench
        self.findings = []
        self.units = {}
        self.words = 0

    def check_files(self, folder, unit):
        """Number of words and width of each file, without the bench."""
        words = {}
        for file in unit["files"]:
            lines = (folder / file["file"]).read_text().splitlines()
            words[file["file"].removesuffix(".hex")] = len(lines) - 1
            digits = {len(line) for line in lines[1:]}
            if (not lines[0].startswith("// ") or len(lines) - 1 != file["words"]
                    or digits != {(file["bits"] + 3) // 4}):
                self.findings.append(f"{folder / file['file']}: {len(lines) - 1} words, digits {digits}; "
                                     f"the index has {file}")
        return words

    def run_bench(self, folder, unit, words):
        arguments = [f"+folder={folder}", f"+unit={unit['unit']}", f"+words={words}",
                     f"+pre_multiply={int(unit.get('placement') == 'pre_multiply')}"]
        for key in ("accumulator", "accumulator_bits"):
            if key in unit:
                arguments.append(f"+{key}={unit[key]}")
        return subprocess.run([self.bench, *arguments], capture_output=True, text=True)

    def check(self, name, arguments, work):
        out = work / name.replace(" ", "_").replace(",", "")
        done = subprocess.run([self.npusim, "vectors", *arguments, "--quiet", "-o", str(out)],
                              capture_output=True, text=True)
        if done.returncode != 0:
            self.findings.append(f"{name}: npusim: {done.stderr}")
            return None
        index = json.loads((out / "index.json").read_text())
        for unit in index["units"]:
            folder = out / unit["folder"]
            words = self.check_files(folder, unit)[EXPECTED[unit["unit"]]]
            bench = self.run_bench(folder, unit, words)
            self.units[unit["unit"]] = self.units.get(unit["unit"], 0) + words
            self.words += words
            twice = 2 if unit["unit"].endswith("shifter") else 1
            if bench.returncode != 0 or bench.stdout != f"{twice * words} words checked, 0 wrong\n":
                self.findings.append(f"{name}: {unit['folder']}: {bench.stdout}{bench.stderr}")
        return index, out

    def must_be_found(self, index, out):
        """One changed word in the expected file of each unit."""
        for kind in {unit["unit"] for unit in index["units"]}:
            unit = next(unit for unit in index["units"] if unit["unit"] == kind)
            file = out / unit["folder"] / f"{EXPECTED[kind]}.hex"
            lines = file.read_text().splitlines()
            last = lines[-1]
            lines[-1] = last[:-1] + ("1" if last[-1] == "0" else "0")
            file.write_text("\n".join(lines) + "\n")
            bench = self.run_bench(out / unit["folder"], unit, len(lines) - 1)
            if bench.returncode != 1 or "1 wrong" not in bench.stdout:
                self.findings.append(f"{file}: changed {last} to {lines[-1]}, the bench says: {bench.stdout}")


def main():
    checker = Checker(sys.argv[1], sys.argv[2])
    with tempfile.TemporaryDirectory(prefix="npusim-vectors-") as folder:
        for name, arguments in RUNS.items():
            written = checker.check(name, arguments, pathlib.Path(folder))
            if written and name in ("pre_multiply", "every unit"):
                checker.must_be_found(*written)
    missing = sorted(set(EXPECTED) - set(checker.units))
    if missing:
        checker.findings.append(f"no vectors for {', '.join(missing)}")
    for finding in checker.findings:
        print(finding)
    counts = ", ".join(f"{unit} {words:,}" for unit, words in sorted(checker.units.items()))
    print(f"vectors: {len(RUNS)} runs, {checker.words:,} expected words checked ({counts}), "
          f"{len(checker.findings)} findings")
    return 1 if checker.findings else 0


if __name__ == "__main__":
    sys.exit(main())
