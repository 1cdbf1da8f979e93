# SPDX-License-Identifier: Apache-2.0
"""Rewrites the timing model so that all its mutants are compiled in at once.

usage: generate.py --scope scope.yaml --build FOLDER --out FOLDER [--jobs N]

Reads the sources named in scope.yaml as clang sees them (compile commands of the build folder) and
writes them, with every mutation point rewritten, below --out, with catalogue.json and
reached.cpp. Mutants that would not compile are taken out again, and counted with the reason.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import shlex
import sys
import tempfile

import yaml
from clang.cindex import Diagnostic, Index, TranslationUnit

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(ROOT / "scripts/checks")]
import operators  # noqa: E402,F401
from compile_units import compile_units  # noqa: E402
from points import Point, Variant, describe, rewrite  # noqa: E402
from walk import Unit  # noqa: E402

PER_FILE = 4096  # numbers of a file, so that a change in one leaves the others' as they are
PREFIX = "#include <systemc>\n#include <algorithm>\n#include <functional>\n#include <deque>\n" \
         "#include <map>\n#include <random>\n#include <set>\n#include <string>\n#include <variant>\n"


def selected_files(scope):
    files = []
    for source in scope["sources"]:
        path = ROOT / source
        files += sorted(path.glob("*.h")) + sorted(path.glob("*.cpp")) if path.is_dir() else [path]
    return [f.relative_to(ROOT).as_posix() for f in files]


def compile_flags(build, units):
    """The preprocessor's flags, of whichever unit comes first; the same in one library."""
    flags = {}
    for path, entry in compile_units(build).items():
        name = path.relative_to(ROOT).as_posix()
        if name in units:
            words = shlex.split(entry["command"])
            kept = []
            for i, word in enumerate(words):
                if word.startswith(("-I", "-D", "-std=")):
                    kept.append(word)
                elif word == "-isystem":
                    kept += [word, words[i + 1]]
            flags[name] = kept
    return flags


def parse(path, flags, precompiled):
    return Index.create().parse(str(path), ["-x", "c++", *flags, "-include-pch", str(precompiled), "-w",
                                            "-Wno-c++11-narrowing"],
                                options=TranslationUnit.PARSE_DETAILED_PROCESSING_RECORD)


def precompile(flags, folder):
    source = folder / "prefix.h"
    source.write_text(PREFIX)
    unit = Index.create().parse(str(source), ["-x", "c++-header", *flags],
                                options=TranslationUnit.PARSE_INCOMPLETE)
    errors = [str(d) for d in unit.diagnostics if d.severity >= Diagnostic.Error]
    if errors:
        sys.exit("generate.py: " + "\n".join(errors))
    unit.save(str(folder / "prefix.pch"))
    return folder / "prefix.pch"


def walk_unit(arguments):
    name, flags, precompiled, files, enums = arguments
    parsed = parse(ROOT / name, flags, precompiled)
    errors = [str(d) for d in parsed.diagnostics if d.severity >= Diagnostic.Error]
    if errors:
        return name, None, errors
    unit = Unit({str(ROOT / f): f for f in files}, enums)
    unit.orders, unit.order_uses = {}, []
    unit.walk(parsed)
    unit.sources = unit.macros = None
    return name, unit, []


def check_unit(arguments):
    """(file, line) of every error and its notes, one list per error."""
    name, out, flags, precompiled = arguments
    parsed = parse(out / name, ["-I" + str(out), *flags, "-include",
                                str(ROOT / "tests/mutants/runtime/mutants.h")], precompiled)
    found = []
    for d in parsed.diagnostics:
        if d.severity >= Diagnostic.Error:
            places = [(p.location.file.name if p.location.file else "", p.location.line)
                      for p in [d, *d.children]]
            found.append((d.spelling, places))
    return found


class Catalogue:
    def __init__(self, scope, files):
        self.scope = scope
        self.files = files
        self.sources = {f: (ROOT / f).read_text(encoding="utf-8") for f in files}
        self.points = {f: [] for f in files}
        self.skipped = collections.Counter()

    def merge(self, units):
        """Every file from the first unit that has it; then what the rules leave out."""
        owners = {}
        names, references, skipped = {}, set(), set()
        for name, unit in units:
            names.update(unit.names)
            references.update(unit.references)
            skipped.update(unit.skipped)
            seen = {p.file for p in unit.points} | {u[1] for u in unit.order_uses}
            for file in seen:
                owners.setdefault(file, name)
            keys = set()
            for point in unit.points:
                if owners[point.file] == name and point.key() not in keys:
                    keys.add(point.key())
                    self.points[point.file].append(point)
        self.merge_orders(units, owners)
        for _, _, why in skipped:
            self.skipped[why] += 1
        self.leave_out(names, value_functions(names, references))

    def merge_orders(self, units, owners):
        orders, uses = {}, []
        for name, unit in units:
            orders.update(unit.orders)
            uses += [u for u in unit.order_uses if owners[u[1]] == name]
        leaders = {}
        for order, file, begin, end, place, arguments in dict.fromkeys(uses):
            edit = (begin, f"mutants::swapped(@, {place}, " + arguments.split(", ")[0] + ", ", end,
                    ", " + arguments.split(", ")[2] + ")")
            enumerators = orders[order][2]
            point = Point(file, begin, end, order, "", (begin, end), False, [edit], [])
            if order not in leaders:
                leaders[order] = point
                point.variants = [Variant("priority", begin, end, f"{b} before {a}")
                                  for a, b in zip(enumerators, enumerators[1:])]
            else:
                point.leader = leaders[order]
            self.points[file].append(point)

    def leave_out(self, names, value_only):
        entries = self.scope["not_mutated"]
        by_name = {f for entry in entries for f in entry.get("functions", [])}
        whole_files = {f for entry in entries for f in entry.get("files", [])}
        if unknown := whole_files - set(self.files):
            sys.exit(f"scope.yaml: not among its sources: {', '.join(sorted(unknown))}")
        self.unused_names = set(by_name)
        for file in self.files:
            kept = []
            for point in self.points[file]:
                own = names.get(point.owner)
                if file in whole_files:
                    why = "by name in scope.yaml"
                elif point.value_region or point.owner in value_only:
                    why = "values only"
                elif own and own[2]:
                    why = "texts"
                elif excluded := next((n for n in by_name if (point.function + "::").startswith(n + "::")), ""):
                    self.unused_names.discard(excluded)
                    why = "by name in scope.yaml"
                else:
                    kept.append(point)
                    continue
                self.skipped[why] += max(1, len(point.variants))
            self.points[file] = kept

    def number(self):
        for index, file in enumerate(self.files):
            next_ = index * PER_FILE
            for point in self.points[file]:
                if not hasattr(point, "leader"):
                    point.first = next_
                    next_ += len(point.variants)
            if next_ > (index + 1) * PER_FILE:
                sys.exit(f"generate.py: {file} has more than {PER_FILE} mutants")
        for file in self.files:
            for point in self.points[file]:
                if hasattr(point, "leader"):
                    point.first = point.leader.first

    def rewritten(self, file):
        points = [p for p in self.points[file] if not p.dropped]
        if not points:
            return self.sources[file]
        constant = {p.constant_range for p in points if p.constant_range}
        source = self.sources[file]
        extra = []
        for begin, _ in constant:
            line = source[source.rfind("\n", 0, begin) + 1 : begin]
            word = "inline" if source[begin:].split("\n")[0].count("(") and "=" not in source[begin:].split("(")[0] \
                else "const"
            if word == "const" and "static" in line:
                word = "inline const"
            extra.append(Point(file, begin, begin, "", "", None, False,
                               [(begin, None, begin + len("constexpr"), word)], []))
        return rewrite(source, points + extra)

    def entries(self):
        for file in self.files:
            source = self.sources[file]
            for point in self.points[file]:
                for i, variant in enumerate(point.variants):
                    before, after = describe(source, point, variant)
                    if variant.kind == "priority" and " before " in variant.text:
                        before = " before ".join(reversed(variant.text.split(" before ")))
                        after = variant.text
                    yield {"id": point.first + i, "point": point.first, "file": file,
                           "line": source.count("\n", 0, variant.start) + 1, "function": point.function,
                           "kind": variant.kind, "before": before, "after": after,
                           "dropped": point.dropped}


def value_functions(names, references):
    """Functions that are only called where values are simulated."""
    callers = collections.defaultdict(list)
    for called, caller, in_region in references:
        if called != caller:
            callers[called].append((caller, in_region))
    found = set()
    while True:
        more = {usr for usr, entry in names.items()
                if usr not in found and not entry[3] and callers[usr]
                and all(region or caller in found for caller, region in callers[usr])}
        if not more:
            return found
        found |= more


def write_if_changed(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def write_sources(catalogue, out):
    for file in catalogue.files:
        write_if_changed(out / file, catalogue.rewritten(file))


def take_out(catalogue, out, errors):
    """Drops the mutants that the errors point at; whether there were any."""
    by_line = collections.defaultdict(list)
    for file in catalogue.files:
        source = catalogue.sources[file]
        for point in catalogue.points[file]:
            if point.dropped:
                continue
            begin, end = point.constant_range or point.context
            first = source.count("\n", 0, min(begin, point.start))
            for line in range(first, source.count("\n", 0, max(end, point.end)) + 1):
                by_line[(str(out / file), line + 1)].append(point)
    dropped = 0
    # What is not a constant any more first: the rest may follow from it.
    errors = [e for e in errors if "constant" in e[0]] or errors
    for text, places in errors:
        for name, line in places:
            for point in by_line.get((name, line), []):
                if not point.dropped:
                    point.dropped = "needs a constant" if "constant" in text else "does not compile"
                    dropped += 1
    return dropped


def generate(arguments):
    scope = yaml.safe_load(arguments.scope.read_text())
    files = selected_files(scope)
    units = [f for f in files if f.endswith(".cpp")]
    flags = compile_flags(arguments.build, units)
    catalogue = Catalogue(scope, files)
    units = [u for u in units if u in flags]
    with tempfile.TemporaryDirectory() as folder, \
            concurrent.futures.ProcessPoolExecutor(arguments.jobs) as pool:
        precompiled = precompile(flags[units[0]], pathlib.Path(folder))
        results = list(pool.map(walk_unit, [(u, flags[u], precompiled, files, scope["priority_enums"])
                                            for u in units]))
        for name, _, errors in results:
            if errors:
                sys.exit(f"generate.py: {name}: " + "\n".join(errors))
        catalogue.merge([(name, unit) for name, unit, _ in results])
        catalogue.number()
        for _ in range(8):
            write_sources(catalogue, arguments.out)
            checks = list(pool.map(check_unit, [(u, arguments.out, flags[u], precompiled) for u in units]))
            units = [u for u, found in zip(units, checks) if found]
            errors = [e for found in checks for e in found]
            if not errors:
                break
            if not take_out(catalogue, arguments.out, errors):
                sys.exit("generate.py: cannot place: " + "\n".join(f"{t}: {p}" for t, p in errors))
        else:
            sys.exit("generate.py: still does not compile after eight rounds")
    return catalogue


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--scope", type=pathlib.Path, required=True)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    arguments.out = arguments.out.resolve()
    catalogue = generate(arguments)
    entries = list(catalogue.entries())
    for entry in entries:
        if entry["dropped"]:
            catalogue.skipped[entry["dropped"]] += 1
    left_out = [e for e in entries if e["dropped"]]
    mutants = [e for e in entries if not e["dropped"]]
    count = len(catalogue.files) * PER_FILE
    write_if_changed(arguments.out / "reached.cpp",
                     f"namespace npusim::mutants {{\nunsigned char reached[{count}];\n"
                     f"extern const int numbers = {count};\n}}\n")
    (arguments.out / "catalogue.json").write_text(json.dumps(
        {"mutants": mutants, "does_not_compile": left_out, "left_out": dict(catalogue.skipped)}, indent=0))
    for name in sorted(catalogue.unused_names):
        print(f"scope.yaml: nothing to leave out in {name}", file=sys.stderr)
    print(f"{len(mutants)} mutants in {len(catalogue.files)} files; left out: " +
          ", ".join(f"{n} {why}" for why, n in sorted(catalogue.skipped.items())))


if __name__ == "__main__":
    main()
