#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: structure.py ROOT: does the source tree keep the rules that CONTRIBUTING.md states?

The directions between folders are read from the table there, so that the text and the check cannot
differ. A part such as `execute/float` in a row stands for the files of frontend/execute whose names
begin with `float`; such a part may not use the folders that use it. Further: no circles of
includes, <systemc> only where it belongs, files of at most 600 lines, the SPDX line, and no test
program linked with gtest_main (see tests/support/main.cpp).
"""
import collections
import pathlib
import re
import sys

MAX_LINES = 600
SYSTEMC_FOLDERS = ("sim/model/", "sim/cli/", "tests/")
TOP_FOLDERS = ("sim", "frontend", "tests", "scripts", "cmake", ".ci")
SOURCE_SUFFIXES = (".cpp", ".h", ".cmake", ".py", ".sh")
GENERATED = {"sim/base/version.h", "sim/energy/gates_yaml.h", "tests/tlm/my_memory.h"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
SYSTEMC = re.compile(r"(systemc|tlm|sysc/.*|sc_.*)(\.h)?$")
ROW = re.compile(r"^\| `([a-z]+/[a-z]+)` \|.*\| ([^|]+) \|$", re.MULTILINE)


def read_rules(text):
    """Folder -> the folders and parts it may include (None: all), from the table."""
    rows = {folder: cell.strip() for folder, cell in ROW.findall(text)}
    by_leaf = {folder.split("/")[1]: folder for folder in rows}
    rules = {}
    for folder, cell in rows.items():
        if cell == "everything":
            rules[folder] = None
            continue
        names = [] if cell == "nothing" else [name.strip() for name in cell.split(",")]
        unknown = [name for name in names if name.split("/")[0] not in by_leaf]
        if unknown:
            raise ValueError(f"CONTRIBUTING.md: {folder} may include {unknown}, which has no row")
        rules[folder] = {"/".join([by_leaf[name.split("/")[0]], *name.split("/")[1:]])
                         for name in names}
    parts = {use for uses in rules.values() if uses for use in uses if use.count("/") == 2}
    for part in parts:
        folder = part.rsplit("/", 1)[0]
        users = {user for user, uses in rules.items() if uses and part in uses}
        rules[part] = rules[folder] - users
        rules[folder] = rules[folder] | {part}
    return rules


def unit_of(file, rules):
    """The row or part that a file belongs to, or None (tests, scripts)."""
    for part in rules:
        if part.count("/") == 2 and file.startswith(part):
            return part
    folder = "/".join(file.split("/")[:2])
    return folder if folder in rules else None


def source_files(root):
    for top in TOP_FOLDERS:
        for path in sorted((root / top).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path.relative_to(root).as_posix(), path
    yield "CMakeLists.txt", root / "CMakeLists.txt"


def check_text(file, text):
    """Length and licence line of one source file."""
    lines = text.splitlines()
    is_source = (file.endswith(SOURCE_SUFFIXES) or file.endswith("CMakeLists.txt")
                 or (lines and lines[0].startswith("#!")))
    if not is_source:
        return
    if len(lines) > MAX_LINES:
        yield f"{file}:{MAX_LINES + 1}: got {len(lines)} lines, must be at most {MAX_LINES}"
    first = lines[1:2] if lines and lines[0].startswith("#!") else lines[:1]
    mark = "//" if file.endswith((".cpp", ".h")) else "#"
    expected = f"{mark} SPDX-License-Identifier: Apache-2.0"
    if first != [expected]:
        yield f"{file}:1: must begin with '{expected}'"
    if file.endswith("CMakeLists.txt"):
        for number, line in enumerate(lines, 1):
            if re.search(r"gtest_main|gmock_main", line.split("#")[0], re.IGNORECASE):
                yield f"{file}:{number}: links gtest_main, must be npusim_add_test"


def check_includes(file, text, rules, known):
    """The includes of one file: rooted, in the allowed direction, systemc where it belongs."""
    unit = unit_of(file, rules)
    for match in INCLUDE.finditer(text):
        kind, target = match.groups()
        place = f"{file}:{text.count(chr(10), 0, match.start(2)) + 1}"
        if kind == "<":
            if SYSTEMC.match(target) and not file.startswith(SYSTEMC_FOLDERS):
                yield f"{place}: includes <{target}>, must be in one of {', '.join(SYSTEMC_FOLDERS)}"
            continue
        if target not in known:
            yield f'{place}: includes "{target}", must be a path from the repository\'s root'
            continue
        if unit is None or rules[unit] is None:
            continue
        target_unit = unit_of(target, rules)
        if target_unit != unit and target_unit not in rules[unit]:
            allowed = ", ".join(sorted(rules[unit])) or "nothing else"
            yield f'{place}: {unit} includes "{target}", must be of {allowed} (CONTRIBUTING.md)'


def find_circle(graph):
    """A circle of includes as a list of files, or None."""
    state = collections.defaultdict(int)  # 0 unseen, 1 on the path, 2 done

    def visit(file, path):
        state[file] = 1
        for target in graph.get(file, ()):
            if state[target] == 1:
                return path[path.index(target):] + [target]
            if state[target] == 0:
                circle = visit(target, path + [target])
                if circle:
                    return circle
        state[file] = 2
        return None

    for file in graph:
        if state[file] == 0:
            circle = visit(file, [file])
            if circle:
                return circle
    return None


def check_tree(root):
    """All findings in the tree, one string each."""
    rules = read_rules((root / "CONTRIBUTING.md").read_text())
    if not rules:
        return ["CONTRIBUTING.md: no table of folders found"]
    findings = []
    texts = {}
    for file, path in source_files(root):
        try:
            texts[file] = path.read_text()
        except UnicodeDecodeError:
            continue  # models, images, goldens
        findings += check_text(file, texts[file])
    sources = {file: text for file, text in texts.items() if file.endswith((".cpp", ".h"))}
    known = set(sources) | GENERATED | {f for f in texts if f.endswith((".inc", ".def"))}
    for file, text in sources.items():
        findings += check_includes(file, text, rules, known)
    for folder in sorted({"/".join(f.split("/")[:2]) for f in sources
                          if f.startswith(("sim/", "frontend/"))} - set(rules)):
        findings.append(f"{folder}: has no row in CONTRIBUTING.md's table")
    circle = find_circle({file: [t for k, t in INCLUDE.findall(text) if k == '"' and t in sources]
                          for file, text in sources.items()})
    if circle:
        findings.append("circle of includes: " + " -> ".join(circle))
    return findings


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    findings = check_tree(pathlib.Path(sys.argv[1]))
    for finding in findings:
        print(finding)
    print(f"structure: {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
