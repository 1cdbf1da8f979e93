# SPDX-License-Identifier: Apache-2.0
"""Where commands run and are struck: folders of their own, what is found there afterwards, and what is left running."""
import dataclasses
import json
import os
import pathlib
import re
import shutil
import signal
import struct
import subprocess
import time

INTERRUPTED = 130
TIMEOUT_SECONDS = 120
TEMPORARY = re.compile(r"\.[A-Za-z0-9]{6}$")  # what mkstemp(3) and mkdtemp(3) make of a pattern
ENTRY = re.compile(r"[0-9a-f]{16}$")


@dataclasses.dataclass
class Result:
    code: int
    out: str
    err: str
    seconds: float


def content_of(path):
    """The bytes that count: a report's without its host section, a table of tests without its times. None where the
    file is no whole one of its kind."""
    data = path.read_bytes()
    try:
        if path.suffix == ".json":
            report = json.loads(data)
            if isinstance(report, dict):
                report.pop("host", None)
            return json.dumps(report, sort_keys=True)
        if path.suffix == ".xml":
            return re.sub(rb'time="[^"]*"', b"", data) if data.endswith(b"</testsuites>\n") else None
        if path.suffix == ".html":
            return re.sub(rb'"host":\{[^}]*\}[^}]*\}', b"", data)
    except ValueError:
        return None
    return data


def tree_of(folder):
    """{relative path: content} of all regular files below a folder."""
    return {str(path.relative_to(folder)): content_of(path)
            for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()}


def is_temporary(relative):
    """Whether a path, or a folder that it lies in, has the name of something unfinished."""
    return any(TEMPORARY.search(part) for part in pathlib.PurePath(relative).parts)


def members_of(session):
    """Processes of a session that live."""
    living = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z" and int(fields[3]) == session:
            living.append(int(entry.name))
    return living


def wait_until_none_is_left(session):
    """What lives after two seconds, which is then ended."""
    end = time.monotonic() + 2
    while (left := members_of(session)) and time.monotonic() < end:
        time.sleep(0.005)
    for process in left:
        os.kill(process, signal.SIGKILL)
    return left


class Workplace:
    """A folder with `work`, where commands run, `tmp` and `cache`."""

    def __init__(self, folder, binaries, preload=None):
        self.folder, self.preload = folder, preload
        self.work, self.tmp, self.cache = folder / "work", folder / "tmp", folder / "cache"
        self.count = folder / "count"
        for each in (self.work, self.tmp, self.cache):
            each.mkdir(parents=True)
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("NPUSIM_", "XDG_"))}
        self.environment = {**kept, "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}", "HOME": str(folder),
                            "LC_ALL": "C.UTF-8", "TMPDIR": str(self.tmp)}

    def renew(self, template):
        """`work` as it is in the template, an empty `tmp`; the cache stays."""
        for each in (self.work, self.tmp):
            shutil.rmtree(each)
        shutil.copytree(template, self.work, symlinks=True)
        self.tmp.mkdir()

    def clear_cache(self):
        shutil.rmtree(self.cache)
        self.cache.mkdir()

    def start(self, arguments, cached=True, strike=None, **options):
        """`strike`: (which operation, how), None: nothing is counted."""
        environment = {**self.environment, "NPUSIM_CACHE": str(self.cache) if cached else ""}
        if strike is not None:
            self.count.write_bytes(bytes(8))
            environment |= {"LD_PRELOAD": str(self.preload), "STRIKE_COUNT": str(self.count)}
            if strike:
                environment |= {"STRIKE_AT": str(strike[0]), "STRIKE_WITH": strike[1]}
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        return subprocess.Popen(["npusim", *arguments], cwd=self.work, env=environment, stdin=subprocess.DEVNULL,
                                start_new_session=True, **options)

    def run(self, arguments, **options):
        start = time.monotonic()
        process = self.start(arguments, **options)
        out, err = process.communicate(timeout=TIMEOUT_SECONDS)
        return Result(process.returncode, (out or b"").decode(), (err or b"").decode(), time.monotonic() - start)

    def operations(self):
        """How many the last run that was counted has made."""
        return struct.unpack("<Q", self.count.read_bytes())[0]

    def unfinished(self):
        """What has no place after an interruption that the program could notice."""
        left = [str(path) for path in self.work.rglob("*") if is_temporary(path.relative_to(self.work))]
        left += [str(path.relative_to(self.folder)) for path in self.tmp.iterdir()]
        left += [str(path.relative_to(self.folder)) for path in self.cache.rglob("*")
                 if path.is_file() and not ENTRY.fullmatch(path.name)]
        return left
