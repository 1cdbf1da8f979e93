#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: run_pages.py --bin FOLDER [--keep] [--times] [PAGE...]

Runs every command of README.md and docs/*.md (pages.py says what counts as one) and checks exit codes,
the files that flags name, and what is printed where the page shows it. The commands of a page run in
their order in one shell session, in an empty folder of the page's own that holds the files which the
page itself shows. Before them, tests/docs/PAGE.setup.sh, if there is one, makes what the page takes
from its reader: networks, pictures, run files. The program of FOLDER stands for both `npusim` and
`scripts/npusim`. All pages share one cache, and run beside each other.

What is not run here is listed in exceptions.toml with its reason and with what runs it; an entry that fits
no command is an error.
"""
import argparse
import concurrent.futures
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time
import tomllib

import pages

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(pages.SOURCE / "tests/cli"))
import run_case  # noqa: E402  (the patterns of expected output)

TIMEOUT_SECONDS = 280  # a page; CTest's limit is the real one


class Exceptions:
    """exceptions.toml: commands and outputs that other files check."""

    def __init__(self, entries, root=pages.SOURCE):
        self.findings = []
        self.elsewhere, self.not_compared = set(), set()
        for entry in [*entries["elsewhere"], *entries["not_compared"]]:
            page = entry["page"]
            if not entry["why"].strip():
                self.findings.append(f"exceptions.toml: {page}: got no reason (why)")
            file = root / entry["by"]
            if not file.is_file() or entry["words"] not in file.read_text():
                self.findings.append(f"exceptions.toml: {page}: got by = {entry['by']!r}, "
                                     f"must be a file with {entry['words']!r} in it")
            table = self.elsewhere if "commands" in entry else self.not_compared
            table.update((page, text) for text in entry.get("commands", [entry.get("begins")]))
        self.unused = self.elsewhere | self.not_compared

    def _is_in(self, table, entry):
        self.unused.discard(entry)
        return entry in table

    def is_elsewhere(self, page, command):
        return self._is_in(self.elsewhere, (page, without_comment(command.text)))

    def is_compared(self, page, command):
        begin = command.output.partition("\n")[0]
        return bool(begin) and not self._is_in(self.not_compared, (page, begin))

    def stale(self, names):
        """Entries of these pages that fitted nothing, and of pages that do not exist."""
        known = set(pages.all_pages()) | set(names)
        for page, text in sorted(self.unused):
            if page in names:
                yield f"exceptions.toml: {page} has no command or output {text!r}"
            elif page not in known:
                yield f"exceptions.toml: got page {page}, must be README.md or one of docs/*.md"


def without_comment(text):
    return text.split(" #")[0].strip()


def write_tools(folder, binaries):
    """`scripts/X` in the page's folder is scripts/X of the tree, but for npusim, which is built."""
    (folder / "scripts").mkdir()
    for script in (pages.SOURCE / "scripts").iterdir():
        if not script.is_file() or not os.access(script, os.X_OK):
            continue
        target = binaries / "npusim" if script.name == "npusim" else script
        wrapper = folder / "scripts" / script.name
        wrapper.write_text(f'#!/bin/sh\nexec "{target}" "$@"\n')
        wrapper.chmod(0o755)


def session(commands, state):
    """The shell script that runs the commands one after another and notes what came of each."""
    lines = ["set -eu", f'. "{state}/setup.sh" > "{state}/setup.log" 2>&1', "set +eu",
             f'touch "{state}/setup.done"']
    for i, command in enumerate(commands):
        (state / f"{i}.sh").write_text(command.text + "\n")
        lines.append(f'. "{state}/{i}.sh" > "{state}/{i}.out" 2> "{state}/{i}.err" < /dev/null')
        lines.append(f'echo $? > "{state}/{i}.exit"')
        for name in command.writes:
            lines.append(f"[ -e '{name}' ] || echo '{name}' >> '{state}/{i}.missing'")
    return "\n".join(lines) + "\n"


def read(path):
    return path.read_text(errors="backslashreplace") if path.exists() else ""


def judge(page, command, state, i):
    """What is wrong with one command that ran, as one string; empty where nothing is."""
    code, out, err = (read(state / f"{i}.{kind}") for kind in ("exit", "out", "err"))
    wrong = []
    if not code:
        wrong.append("did not end")
    elif int(code) != command.exit_code:
        wrong.append(f"got exit code {int(code)}, must be {command.exit_code}")
    for name in read(state / f"{i}.missing").split("\n"):
        if name:
            wrong.append(f"did not write {name}")
    printed = out if command.exit_code == 0 else out + err
    if command.output and not wrong:
        difference = run_case.difference("output", command.output, printed)
        if difference:
            return f"{page}:{command.line}: {command.text}\n{difference}"
    if not wrong:
        return ""
    return f"{page}:{command.line}: {command.text}\n  {'; '.join(wrong)}\n{out[-2000:]}{err[-2000:]}"


def run_page(page, exceptions, binaries, folder, cache):
    """Findings of one page."""
    commands = [command for command in pages.commands_of(page)
                if not exceptions.is_elsewhere(page.name, command)]
    for command in commands:
        if not exceptions.is_compared(page.name, command):
            command.output = ""
    files = pages.files_of(page)
    findings = [*page.findings, *pages.unfenced_commands(page)]
    if not commands:
        return findings, 0
    work, state = folder / "work", folder / "state"
    for each in (work, state, folder / "home"):
        each.mkdir(parents=True)
    write_tools(work, binaries)
    for name, text in files.items():
        (work / name).write_text(text)
    setup = HERE / f"{pathlib.Path(page.name).stem}.setup.sh"
    (state / "setup.sh").write_text(setup.read_text() if setup.exists() else "")
    (state / "session.sh").write_text(session(commands, state))
    environment = {key: value for key, value in os.environ.items()
                   if not key.startswith(("NPUSIM_", "XDG_")) and key != "COLUMNS"}
    environment.update(PATH=f"{binaries}{os.pathsep}{os.environ['PATH']}", LC_ALL="C.UTF-8",
                       HOME=str(folder / "home"), NPUSIM_CACHE=str(cache),
                       SOURCE=str(pages.SOURCE), SETUP=str(HERE))
    try:
        subprocess.run(["bash", str(state / "session.sh")], cwd=work, env=environment,
                       stdin=subprocess.DEVNULL, timeout=TIMEOUT_SECONDS, check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        findings.append(f"{page.name}: not done after {TIMEOUT_SECONDS} s")
    if not (state / "setup.done").exists():
        return [*findings, f"{setup.name}: failed\n{read(state / 'setup.log')}"], 0
    judged = (judge(page.name, command, state, i) for i, command in enumerate(commands))
    return findings + [text for text in judged if text], len(commands)


def run_all(names, binaries, exceptions, folder, show_times):
    findings, count = [], 0

    def timed(page):
        begin = time.monotonic()
        result = run_page(page, exceptions, binaries, folder / page.name.replace("/", "_"),
                          folder / "cache")
        return *result, time.monotonic() - begin

    loaded = [pages.read_page(name) for name in names]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for page, (wrong, ran, seconds) in zip(loaded, pool.map(timed, loaded)):
            findings += wrong
            count += ran
            if show_times:
                print(f"{seconds:6.1f} s  {page.name}: {ran} commands")
    return findings, count


def main():
    parser = argparse.ArgumentParser(description="Runs the commands of the documentation")
    parser.add_argument("--bin", required=True, type=pathlib.Path)
    parser.add_argument("--keep", action="store_true", help="leave the folders for a look at them")
    parser.add_argument("--times", action="store_true", help="wall time of each page")
    parser.add_argument("pages", nargs="*", help="docs/cache.md ...; all without any")
    options = parser.parse_args()
    names = options.pages or pages.all_pages()
    exceptions = Exceptions(tomllib.loads((HERE / "exceptions.toml").read_text()))
    folder = pathlib.Path(tempfile.mkdtemp(prefix="npusim-docs-"))
    try:
        findings, count = run_all(names, options.bin.resolve(), exceptions, folder, options.times)
    finally:
        if options.keep:
            print(f"kept: {folder}")
        else:
            subprocess.run(["rm", "-rf", str(folder)], check=False)
    findings += exceptions.findings + list(exceptions.stale(names))
    for setup in HERE.glob("*.setup.sh"):
        if not {f"docs/{setup.name[:-9]}.md", f"{setup.name[:-9]}.md"} & set(pages.all_pages()):
            findings.append(f"{setup.name}: belongs to no page")
    print("\n".join(findings))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"docs: {len(names)} pages, {count} commands, {len(findings)} findings, "
          f"{used.ru_utime + used.ru_stime:.0f} s of CPU")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
