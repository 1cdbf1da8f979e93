#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: crash.py --bin FOLDER --strike STRIKE.so [--kills N] [--seed S] [--only COMMAND]... [--jobs N] [--short]

Every command of npusim that writes is killed and interrupted, N times at moments drawn uniformly from as long as
it takes, and N times at one of its file operations (all of them, where it has no more). After each:

    what is there under its final name is whole: as without the kill, or as it was before
    after an interruption the exit code is 130, and nothing unfinished is left
    no process is left
    the next run with the same cache, and a sweep in the same folder, comes to the same bytes as one without

Further on, all file operations from one on fail as on a full disk (as many ones as N), and real full, read-only and
closed outputs refuse (disks.py). Prints `survived n of n` for each command; exits with 1 where n is smaller.
"""
import argparse
import concurrent.futures
import itertools
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

import commands
import disks
import trial
import workplace

NAMES = tuple(each.name for each in commands.COMMANDS)
SHORT = ("simulate", "sweep")
SHORT_KILLS = 2


def chosen(drawn, operations, count):
    """`count` of the operations, all where they are no more."""
    numbers = range(1, operations + 1)
    return list(numbers) if count >= operations else sorted(drawn.sample(numbers, count))


def strike_command(folder, options, template, command):
    """(command, what was done, how often, complaints)."""
    drawn = random.Random(f"{options.seed} {command.name}")
    place = workplace.Workplace(folder, options.bin, options.strike)
    struck = trial.Trial(place, template, command)
    number = itertools.count()
    rows = []
    operations = struck.operations
    kinds = (
        ("at random moments", [(lambda: struck.strike_at_moment(next(number), drawn)) for _ in range(options.kills)]),
        (f"at file operations (of {operations})",
         [(lambda at=at: struck.strike_at_operation(next(number), at, drawn))
          for at in chosen(drawn, operations, options.kills)]),
        ("without space from an operation on",
         [(lambda at=at: struck.fail_at_operation(next(number), at)) for at in chosen(drawn, operations, options.kills)]),
    )
    for kind, strikes in kinds:
        complaints = []
        for index, strike in enumerate(strikes):
            try:
                strike()
            except (AssertionError, subprocess.TimeoutExpired) as what:
                complaints.append(f"{command.name}, {kind}, {index}: {what}")
        rows.append((command.name, kind, len(strikes), complaints))
    return rows


def absolute(text):
    return pathlib.Path(text).resolve()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, type=absolute)
    parser.add_argument("--strike", required=True, type=absolute)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", action="append")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--short", action="store_true", help="a few seconds: a few strikes of the quick commands")
    options = parser.parse_args()
    if unknown := set(options.only or ()) - set(NAMES):
        parser.error(f"--only: got {', '.join(unknown)}, must be of {', '.join(NAMES)}")
    if options.short:
        options.kills, options.only = SHORT_KILLS, options.only or SHORT
    failed = 0
    folder = pathlib.Path(tempfile.mkdtemp(prefix="npusim-crash-"))
    try:
        template = folder / "template"
        commands.make_template(workplace.Workplace(folder / "first", options.bin), template)
        some = [each for each in commands.COMMANDS if each.name in (options.only or NAMES)]
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            under_way = [pool.submit(strike_command, folder / f"{i}", options, template, each)
                         for i, each in enumerate(some)]
            under_way.append(pool.submit(disks.refused_outputs, folder / "disks", options, template, some))
            for each in under_way:
                for name, kind, count, complaints in each.result():
                    print(f"{name}, {kind}: survived {count - len(complaints)} of {count}", flush=True)
                    for complaint in complaints:
                        print(f"  {complaint}", flush=True)
                    failed += len(complaints)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
