#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: run_case.py --bin FOLDER [--update] CASE.sh...

Runs each script with bash in an empty folder, with FOLDER first on the PATH and nothing on stdin, and
compares what it does with the files beside it:

    CASE.stdout, CASE.stderr   what is written; without the file: nothing
    CASE.exit                  the exit code; without the file: 0

A line is compared exactly. A line `~ REGEX` (Python's) must match one whole line, a line `...` any
number of lines. In the output the temporary folder reads `{dir}`, the case's own folder `{case}` and
the source tree `{source}`.
The script finds its own folder in $CASE_DIR, and works without a cache. A script that
exits with 77 is skipped; its stderr says why.

--update writes the files anew where they differ (patterns in them are lost: look at the diff).
"""
import argparse
import difflib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

SKIPPED = 77
SOURCE = pathlib.Path(__file__).resolve().parents[2]
TIMEOUT_SECONDS = 1800  # CTest's limit is the real one; this only ends a run by hand


def pattern_of(expected):
    """The regular expression that the whole output must match."""
    parts = []
    for line in expected.splitlines(keepends=True):
        text = line.rstrip("\n")
        if text == "...":
            parts.append(r"(?:[^\n]*\n)*?")
            continue
        parts.append(f"(?:{text[2:]})" if text.startswith("~ ") else re.escape(text))
        parts.append("\n" if line.endswith("\n") else "")
    return re.compile("".join(parts))


def difference(name, expected, got):
    """A readable difference, or nothing where the output is as expected."""
    if pattern_of(expected).fullmatch(got):
        return ""
    lines = difflib.unified_diff(expected.splitlines(), got.splitlines(), f"{name} expected",
                                 f"{name} got", lineterm="")
    text = "\n".join(lines)
    return text or f"{name}: differs in the newline at its end only"


def run_script(case, binaries):
    """(exit code, stdout, stderr) with the folders' names replaced."""
    with tempfile.TemporaryDirectory(prefix="npusim-cli-") as temporary:
        work = pathlib.Path(temporary, "work")
        work.mkdir()
        environment = {key: value for key, value in os.environ.items()
                       if not key.startswith(("NPUSIM_", "XDG_")) or key == "NPUSIM_ASSETS"}
        environment.update(
            PATH=f"{binaries}{os.pathsep}{os.environ['PATH']}", HOME=temporary, LC_ALL="C.UTF-8",
            NPUSIM_CACHE="",  # cases of tests/cli/cache set one
            CASE_DIR=str(case.parent))
        environment.pop("COLUMNS", None)
        result = subprocess.run(["bash", str(case)], cwd=work, env=environment,
                                stdin=subprocess.DEVNULL, capture_output=True,
                                timeout=TIMEOUT_SECONDS)

        def shown(output):
            text = output.decode(errors="backslashreplace")
            for folder, name in ((work, "{dir}"), (case.parent, "{case}"), (SOURCE, "{source}")):
                text = text.replace(str(folder), name)
            return text
        return result.returncode, shown(result.stdout), shown(result.stderr)


def read(path, default):
    return path.read_text() if path.exists() else default


def write(path, text, default):
    if text == default:
        path.unlink(missing_ok=True)
    else:
        path.write_text(text)


def check(case, binaries, update):
    """The exit code for one case: 0, 1 or SKIPPED; says what differs."""
    code, stdout, stderr = run_script(case, binaries)
    if code == SKIPPED:
        print(f"{case.name}: skipped: {stderr}")
        return SKIPPED
    failed = False
    for name, got, default in ((".stdout", stdout, ""), (".stderr", stderr, ""),
                               (".exit", f"{code}\n", "0\n")):
        file = case.with_suffix(name)
        text = difference(file.name, read(file, default), got)
        if text and update:
            write(file, got, default)
            print(f"{file.name}: updated")
        elif text:
            print(text)
            failed = True
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser(description="Runs script cases of the program")
    parser.add_argument("--bin", required=True, type=pathlib.Path)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("cases", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    codes = [check(case.resolve(), options.bin.resolve(), options.update)
             for case in options.cases]
    return 1 if 1 in codes else max(codes)


if __name__ == "__main__":
    sys.exit(main())
