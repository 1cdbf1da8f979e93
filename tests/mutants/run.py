# SPDX-License-Identifier: Apache-2.0
"""Runs the tests against mutants of the timing model; docs/mutants.md.

usage: run.py --build FOLDER [--sample N --seed S] [--only FILE] [--report FILE] [--jobs N]

A mutant is killed when a test program fails, crashes or runs several times longer than it should.
Programs come cheapest first, and only those that reach the mutant's place in the source are run.
Exit status 1: a survivor is not in survivors.yaml, or (all mutants) an entry of it names none, or more
than 5 % are not explained.
"""
import argparse
import collections
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

import yaml

MOST_UNEXPLAINED = 0.05
HERE = pathlib.Path(__file__).resolve().parent


@dataclasses.dataclass
class Killer:
    name: str
    program: str
    prepare: list
    arguments: list
    seconds: float = 0.0
    reached: bytes = b""

    def run(self, mutant, limit_ms, reached_file=None):
        """(exit status, CPU seconds)"""
        environment = dict(os.environ, NPUSIM_MUTANT=str(mutant), NPUSIM_MUTANT_CPU_MS=str(limit_ms),
                           GTEST_FAIL_FAST="1", SYSTEMC_DISABLE_COPYRIGHT_MESSAGE="1")
        if reached_file:
            environment["NPUSIM_MUTANTS_REACHED"] = str(reached_file)
        process = subprocess.Popen([self.program, *self.arguments], env=environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   start_new_session=True)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        return process.returncode, usage.ru_utime + usage.ru_stime

    def measure(self):
        if self.prepare and subprocess.run([self.program, *self.prepare]).returncode != 0:
            sys.exit(f"mutants: {self.name} cannot be prepared")
        with tempfile.NamedTemporaryFile() as file:
            status, self.seconds = self.run(-1, 0, file.name)
            if status != 0:
                sys.exit(f"mutants: {self.name} fails without a mutant")
            self.reached = pathlib.Path(file.name).read_bytes()

    def kills(self, mutant):
        status, _ = self.run(mutant, int(self.seconds * 5000) + 300)
        return {0: ""}.get(status, "failed" if status > 0 else "too long" if status == -27 else "crashed")


def try_mutant(arguments):
    mutant, killers = arguments
    reaching = [k for k in killers if k.reached[mutant["point"]]]
    for killer in reaching:
        how = killer.kills(mutant["id"])
        if how:
            return mutant, killer.name, how
    return mutant, None, "survived" if reaching else "not reached"


class Survivors:
    """survivors.yaml: which mutants may survive, and why."""

    def __init__(self, path):
        self.reasons = {}  # "": known, and not explained yet
        listed = yaml.safe_load(path.read_text())
        for entry in (listed["survivors"] or []) + (listed["unexplained"] or []):
            for mutant in entry["mutants"]:
                self.reasons[(entry["file"], entry["function"], mutant["before"],
                              mutant["after"] or "")] = entry.get("reason", "")

    @staticmethod
    def key(mutant):
        return mutant["file"], mutant["function"], mutant["before"], mutant["after"]

    def state(self, mutant):
        reason = self.reasons.get(self.key(mutant))
        return "new" if reason is None else "explained" if reason else "unexplained"

    def stale(self, mutants):
        return sorted(set(self.reasons) - {self.key(m) for m in mutants})


def table(title, rows):
    """rows: (name, counter of killed, explained, unexplained)"""
    out = [f"| {title} | mutants | killed | explained | unexplained |", "| --- | --- | --- | --- | --- |"]
    for name, counts in rows:
        out.append(f"| {name} | {sum(counts.values())} | {counts['killed']} | {counts['explained']} "
                   f"| {counts['unexplained'] + counts['new']} |")
    return "\n".join(out)


def report(results, survivors, killers):
    by_file, by_kind = collections.defaultdict(collections.Counter), collections.defaultdict(collections.Counter)
    whole, by_killer = collections.Counter(), collections.Counter()
    new = []
    for mutant, killer, how in results:
        state = "killed" if killer else survivors.state(mutant)
        for counter in (by_file[mutant["file"]], by_kind[mutant["kind"]], whole):
            counter[state] += 1
        by_killer[f"{killer} ({how})" if killer else how] += 1
        if state == "new":
            new.append((mutant, how))
    text = [table("file", sorted(by_file.items()) + [("all", whole)]), "",
            table("kind", sorted(by_kind.items())), "",
            ", ".join(f"{name} {n}" for name, n in by_killer.most_common()),
            "programs: " + ", ".join(f"{k.name} {k.seconds:.2f} s" for k in killers)]
    return "\n".join(text), whole, new


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--sample", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="mutants of files whose path contains this (or this,that)")
    parser.add_argument("--report", type=pathlib.Path, help="writes all outcomes as JSON")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    start = time.monotonic()
    catalogue = json.loads((arguments.build / "mutated/catalogue.json").read_text())
    killers = [Killer(**k) for k in json.loads((arguments.build / "mutants/killers.json").read_text())]
    mutants = catalogue["mutants"]
    if arguments.only:
        mutants = [m for m in mutants if any(part in m["file"] for part in arguments.only.split(","))]
    drawn = mutants
    if arguments.sample:
        drawn = random.Random(arguments.seed).sample(mutants, min(arguments.sample, len(mutants)))
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        list(pool.map(Killer.measure, killers))
        killers.sort(key=lambda k: k.seconds)
        results = list(pool.map(try_mutant, [(m, killers) for m in drawn]))
    survivors = Survivors(HERE / "survivors.yaml")
    text, whole, new = report(results, survivors, killers)
    print(text)
    for mutant, how in new:
        print(f"{mutant['file']}:{mutant['line']}: {mutant['function']}: {mutant['kind']} {how}, and is not "
              f"in survivors.yaml:\n  before: {mutant['before']}\n  after:  {mutant['after']}")
    stale = survivors.stale(catalogue["mutants"])
    for file, function, before, after in stale:
        print(f"survivors.yaml: there is no mutant of {file}, {function}: {before} -> {after}")
    if arguments.report:
        arguments.report.write_text(json.dumps(
            [dict(m, killer=k, how=how) for m, k, how in results], indent=1))
    print(f"mutants: {len(mutants)} in all, {len(drawn)} drawn" +
          (f" (seed {arguments.seed})" if arguments.sample else "") +
          f", {whole['killed']} killed, {whole['explained']} survivors explained, "
          f"{whole['unexplained']} not, {whole['new']} new; {time.monotonic() - start:.0f} s")
    complete = not arguments.sample and not arguments.only
    too_many = whole["unexplained"] > MOST_UNEXPLAINED * len(mutants)
    sys.exit(1 if new or (complete and (stale or too_many)) else 0)


if __name__ == "__main__":
    main()
