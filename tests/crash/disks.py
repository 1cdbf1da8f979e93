#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Outputs that refuse for real: a full disk, a limit of file sizes, a read-only folder, /dev/full, pipes that nobody
reads; and two that write the same at once. What cannot be mounted here is skipped, and said.

usage: disks.py BIN STRIKE FOLDER TEMPLATE COMMAND...: what needs a mount, in a mount namespace"""
import json
import os
import pathlib
import resource
import shutil
import subprocess
import sys

import commands
import trial
import workplace

CANNOT_WRITE = 2
PAGE_BYTES = 4096


def pages_of(folder):
    """What the files take on a tmpfs."""
    return sum(-(-path.stat().st_size // PAGE_BYTES) for path in folder.rglob("*") if path.is_file())


def refused(struck, result, reason):
    struck.complain(result.code == CANNOT_WRITE, f"exit code {result.code}, must be 2: {result.err}")
    struck.complain(reason in result.err, f"no reason: {result.err}")
    struck.whole()
    struck.nothing_unfinished()


def full_disk(struck, part):
    """A file system with room for `part` of what the command writes."""
    place = struck.place
    pages = pages_of(struck.template)
    size = PAGE_BYTES * (pages + int(part * (pages_of(struck.full) - pages)))
    mount(["-t", "tmpfs", "-o", f"size={size}"], "none", place.work)
    try:
        shutil.copytree(struck.template, place.work, symlinks=True, dirs_exist_ok=True)
        struck.before = workplace.tree_of(place.work)
        refused(struck, place.run(struck.command.arguments), "No space left on device")
    finally:
        subprocess.run(["umount", str(place.work)], check=True)


def read_only(struck):
    place = struck.place
    place.renew(struck.template)
    struck.before = workplace.tree_of(place.work)
    mount(["--bind"], place.work, place.work)
    try:
        mount(["-o", "remount,ro,bind"], "", place.work)
        result = place.run(struck.command.arguments)
        may_be_written = "in a folder that may be written to" in result.err
        refused(struck, result, "may be written to" if may_be_written else "Read-only file system")
        struck.complain(workplace.tree_of(place.work) == struck.before, "changed")
    finally:
        subprocess.run(["umount", str(place.work)], check=True)


def cache_refuses(struck, options, remount):
    """A cache that cannot be written is no reason to fail."""
    place = struck.place
    place.renew(struck.template)
    mount(options, "none", place.cache)
    try:
        if remount:
            mount(["-o", "remount,ro"], "", place.cache)
        struck.goes_on()
        struck.nothing_unfinished()
    finally:
        subprocess.run(["umount", str(place.cache)], check=True)


def full_temporary_folder(struck):
    """What waveforms are made in."""
    place = struck.place
    place.renew(struck.template)
    struck.before = workplace.tree_of(place.work)
    mount(["-t", "tmpfs", "-o", "size=8k"], "none", place.tmp)
    try:
        refused(struck, place.run(struck.command.arguments), "TMPDIR")
    finally:
        subprocess.run(["umount", str(place.tmp)], check=True)


def mount(options, what, where):
    subprocess.run(["mount", *options, *([str(what)] if what else []), str(where)], check=True)


def limited_size(struck, limit_bytes):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))
    struck.place.renew(struck.template)
    struck.before = workplace.tree_of(struck.place.work)
    result = struck.place.run(struck.command.arguments, cached=False, preexec_fn=limit)
    in_waveforms = "TMPDIR must have room" in result.err  # SystemC, which makes them, knows no reason
    refused(struck, result, "TMPDIR" if in_waveforms else "File too large")


def closed_output(struck, name, device):
    """`name`: stdout or stderr; `device`: /dev/full, or a pipe whose reader has gone. Results that are files are
    there all the same."""
    struck.place.renew(struck.template)
    if device:
        end = os.open(device, os.O_WRONLY)
    else:
        reader, end = os.pipe()
        os.close(reader)
    try:
        result = struck.place.run(struck.command.arguments, **{name: end})
    finally:
        os.close(end)
    if name == "stdout":
        reason = "No space left on device" if device else "Broken pipe"
        struck.complain(result.code == CANNOT_WRITE and f"standard output: cannot write: {reason}" in result.err,
                        f"exit code {result.code}: {result.err}")
    else:
        struck.complain(result.code == struck.command.code, f"exit code {result.code}")
    struck.complain(workplace.tree_of(struck.place.work) == struck.after, "results are missing")
    struck.nothing_unfinished()


def at_once(struck):
    """Two processes, the same output and the same empty cache."""
    place = struck.place
    place.renew(struck.template)
    place.clear_cache()
    both = [place.start(struck.command.arguments) for _ in range(2)]
    ends = [process.communicate(timeout=workplace.TIMEOUT_SECONDS) for process in both]
    codes = [process.returncode for process in both]
    one_comes_late = struck.command.folder and CANNOT_WRITE in codes  # where there must be nothing
    struck.complain(codes.count(struck.command.code) + (1 if one_comes_late else 0) == 2,
                    f"exit codes {codes}: {ends}")
    if struck.command.name == "golden update":  # the later one's reason may stand there too
        result = place.run(["golden", "check", struck.command.folder])
        struck.complain(result.code == 0, f"the cases are not right: {result.out}{result.err}")
    else:
        struck.complain(workplace.tree_of(place.work) == struck.after, "other bytes")
    struck.nothing_unfinished()


def rows_of(struck, kinds):
    rows = []
    for kind, checks in kinds:
        complaints = []
        for check in checks:
            try:
                check()
            except (AssertionError, subprocess.SubprocessError) as what:
                complaints.append(f"{struck.command.name}, {kind}: {what}")
        rows.append((struck.command.name, kind, len(checks), complaints))
    return rows


def with_mounts(struck):
    parts = (0.0, 0.3, 0.7)
    tmpfs = ["-t", "tmpfs", "-o", "size=64k"]
    struck.full = struck.place.folder / "full"
    struck.place.renew(struck.template)
    struck.place.run(struck.command.arguments)
    shutil.copytree(struck.place.work, struck.full)
    kinds = [
        ("a full disk", [lambda part=part: full_disk(struck, part) for part in parts]),
        ("a read-only folder", [lambda: read_only(struck)]),
        ("a full cache", [lambda: cache_refuses(struck, tmpfs, False)]),
        ("a read-only cache", [lambda: cache_refuses(struck, tmpfs, True)])]
    if "--vcd" in struck.command.arguments:
        kinds.append(("a full TMPDIR", [lambda: full_temporary_folder(struck)]))
    return rows_of(struck, kinds)


def without_mounts(struck):
    largest = max((path.stat().st_size for path in struck.place.work.rglob("*")
                   if str(path.relative_to(struck.place.work)) not in struck.before and path.is_file()), default=0)
    kinds = [("closed outputs", [lambda name=name, device=device: closed_output(struck, name, device)
                                 for name in ("stdout", "stderr") for device in ("/dev/full", None)]),
             ("two at once", [lambda: at_once(struck)])]
    if largest > 1:
        kinds.append(("a limit of file sizes", [lambda at=at: limited_size(struck, at) for at in (0, largest // 2)]))
    return rows_of(struck, kinds)


def may_mount():
    return subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True).returncode == 0


def refused_outputs(folder, options, template, some):
    """(command, what was done, how often, complaints) of the commands."""
    rows = []
    for index, command in enumerate(some):
        place = workplace.Workplace(folder / str(index), options.bin, options.strike)
        rows += without_mounts(trial.Trial(place, template, command))
    if not may_mount():
        print("skipped: full disks and read-only folders: mounting is not permitted here", flush=True)
        return rows
    inside = subprocess.run(
        ["unshare", "-m", sys.executable, __file__, str(options.bin), str(options.strike), str(folder / "mounted"),
         str(template), *(command.name for command in some)], stdout=subprocess.PIPE, check=True)
    return rows + json.loads(inside.stdout)


def main():
    binaries, strike, folder, template, *names = sys.argv[1:]
    rows = []
    for index, command in enumerate(each for each in commands.COMMANDS if each.name in names):
        place = workplace.Workplace(pathlib.Path(folder, str(index)), pathlib.Path(binaries), pathlib.Path(strike))
        rows += with_mounts(trial.Trial(place, pathlib.Path(template), command))
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
