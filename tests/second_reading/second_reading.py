#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: second_reading.py --dump PROGRAM [--settings RUN.yaml] [--defaults RUN.yaml MODEL]...
                         [--drawn COUNT] [--first SEED] [--self-test] [--keep FOLDER]

Lets dump_cases draw and compute cases, computes them a second time from docs/arithmetic.md (see
rules.py) and compares every integer and every tensor. --defaults takes the network and the pictures
from the folder that NPUSIM_ASSETS names; without it the exit status is 77. --self-test breaks one
rule at a time and wants each to be found out. By hand: --first 1000 --drawn 5000.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from case import load
from compare import Comparison, Coverage, Difference
from mutants import MUTANTS
from required import missing
from rules import Rules

ALLOWED_DIFFERENCES = 5


def dump(program, folder, *arguments):
    subprocess.run([program, arguments[0], folder, *map(str, arguments[1:])], check=True)


def cases(folder):
    by_number = lambda path: (len(path.name), path.name)  # noqa: E731
    return sorted((path for path in pathlib.Path(folder).iterdir() if path.is_dir()), key=by_number)


def compare(folder, coverage):
    differences = 0
    for path in cases(folder):
        try:
            Comparison(load(path), Rules(), coverage).run()
        except Difference as difference:
            print(f"DIFFERENT: {difference}")
            differences += 1
            if differences == ALLOWED_DIFFERENCES:
                print("and no further")
                break
    return differences


def self_test(folder):
    """How many broken rules nobody noticed."""
    unnoticed = 0
    loaded = [load(path) for path in cases(folder)]
    for mutant in MUTANTS:
        found = None
        for case in loaded:
            try:
                Comparison(case, mutant()).run()
            except Difference as difference:
                found = str(difference)
                break
        print(f"{'found' if found else 'UNNOTICED'}: {mutant.__name__}: {found or mutant.__doc__}")
        unnoticed += found is None
    return unnoticed


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--dump", required=True)
    parser.add_argument("--drawn", type=int, default=0)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--settings", metavar="RUN.yaml")
    parser.add_argument("--defaults", nargs=2, action="append", default=[])
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("--keep", metavar="FOLDER")
    return parser.parse_args()


def main():
    arguments = parse()
    assets = os.environ.get("NPUSIM_ASSETS")
    if arguments.defaults and not assets:
        print("skipped: NPUSIM_ASSETS is not set")
        return 77
    coverage = Coverage()
    started = time.process_time()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or temporary
        if arguments.drawn:
            dump(arguments.dump, folder, "drawn", arguments.first, arguments.drawn)
        if arguments.settings:
            dump(arguments.dump, folder, "settings", arguments.settings)
        for run, model in arguments.defaults:
            dump(arguments.dump, folder, "defaults", run, f"{assets}/models/{model}",
                 f"{assets}/imagenet/val", f"{assets}/imagenet/calibration")
        if arguments.self_test:
            return 1 if self_test(folder) else 0
        differences = compare(folder, coverage)
    for what, count in sorted(coverage.items()):
        print(f"{count:6d} {what}")
    print(f"{differences} cases differ; {time.process_time() - started:.1f} s of CPU in Python")
    absent = missing(coverage) if arguments.drawn >= 500 else []
    for what in absent:
        print(f"NOT COVERED: {what}")
    return 1 if differences or absent or not coverage["runs"] else 0


if __name__ == "__main__":
    sys.exit(main())
