# SPDX-License-Identifier: Apache-2.0
"""One command that is struck: what it comes to when nothing happens, and what holds after each strike."""
import os
import signal
import time

import workplace

DRAWN = (signal.SIGKILL, signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
FAR_TOO_LATE = 1.1  # times the usual duration: some are struck when all is over
NO_SPACE = 28
EMPTY_CACHE_EVERY = 4


class Trial:
    """One command in one workplace, with what it comes to."""

    def __init__(self, place, template, command):
        self.place, self.template, self.command = place, template, command
        place.renew(template)
        self.before = workplace.tree_of(place.work)
        result = place.run(command.arguments, cached=False)
        self.complain(result.code == command.code, f"exit code {result.code}, must be {command.code}: {result.err}")
        self.after = workplace.tree_of(place.work)
        self.seconds = result.seconds
        place.renew(template)
        place.run(command.arguments, strike=())
        self.operations = place.operations()
        self.complain(self.operations > 0, "no operation was counted")

    @staticmethod
    def complain(holds, what):
        if not holds:
            raise AssertionError(what)

    def whole(self):
        """What is there is whole."""
        now = {path: content for path, content in workplace.tree_of(self.place.work).items()
               if not workplace.is_temporary(path)}
        for path, content in now.items():
            self.complain(content is not None, f"{path} is cut off")
            known = content in (self.before.get(path), self.after.get(path))
            self.complain(known, f"{path} is neither as before nor as after")
        for path in self.before:
            self.complain(path in now, f"{path} is gone")
        for folder in self.folders():
            def part(tree):
                return {path: content for path, content in tree.items() if path.startswith(folder + "/")}
            self.complain(part(now) in (part(self.before), part(self.after)),
                          f"{folder} is neither as before nor as after")

    def nothing_unfinished(self):
        unfinished = self.place.unfinished()
        folder = self.place.work / self.command.folder
        if self.command.folder and not folder.exists() and folder.parent != self.place.work:
            unfinished += [str(folder.parent)] if folder.parent.exists() else []
        self.complain(not unfinished, f"left: {', '.join(unfinished)}")

    def folders(self):
        """Those that are there as a whole or not at all."""
        if self.command.name == "golden update":
            return ["cases/a", "cases/b"]
        return [self.command.folder] if self.command.folder else []

    def goes_on(self):
        """The same again, with the same cache, comes to the same."""
        if not self.command.growing:
            self.place.renew(self.template)
        result = self.place.run(self.command.arguments)
        self.complain(result.code == self.command.code, f"again: exit code {result.code}: {result.err}")
        now = {path: content for path, content in workplace.tree_of(self.place.work).items()
               if not workplace.is_temporary(path)}
        different = [path for path in sorted(now.keys() | self.after.keys())
                     if now.get(path) != self.after.get(path)]
        self.complain(not different, f"again: {', '.join(different)}: other bytes")

    def prepare(self, number):
        self.place.renew(self.template)
        if number % EMPTY_CACHE_EVERY == 0:
            self.place.clear_cache()
        for path in self.place.cache.rglob("*"):
            if path.is_file() and not workplace.ENTRY.fullmatch(path.name):
                path.unlink()  # of one that was killed
        if number % 2 == 0:  # there is an older file
            for name in self.command.files:
                (self.place.work / name).write_text("</testsuites>\n" if name.endswith(".xml") else "{}\n")
                self.before[name] = workplace.content_of(self.place.work / name)
        else:
            for name in self.command.files:
                self.before.pop(name, None)

    def judge(self, process, signals):
        out, err = process.communicate(timeout=workplace.TIMEOUT_SECONDS)
        code = process.returncode
        left = workplace.wait_until_none_is_left(process.pid)
        self.complain(not left, f"{len(left)} processes are left")
        killed = signal.SIGKILL in signals
        allowed = [self.command.code, -signal.SIGKILL] if killed else [self.command.code, workplace.INTERRUPTED]
        if not killed and -signals[0] == code:
            allowed.append(code)  # before main() has begun
        self.complain(code in allowed, f"exit code {code} after {signals}: {err.decode()}")
        self.whole()
        if not killed and len(signals) == 1:
            self.nothing_unfinished()

    def strike_at_moment(self, number, drawn):
        """A signal, or two, to the process or to all of its group."""
        self.prepare(number)
        signals = [drawn.choice(DRAWN)]
        if signals[0] != signal.SIGKILL and drawn.random() < 0.2:
            signals.append(signal.SIGINT)
        send = drawn.choice((os.kill, os.killpg))
        moment = drawn.uniform(0, FAR_TOO_LATE) * self.seconds
        process = self.place.start(self.command.arguments)
        time.sleep(moment)
        for each in signals:
            if process.poll() is None:
                send(process.pid, each)
        self.judge(process, signals)
        self.goes_on()

    def strike_at_operation(self, number, operation, drawn):
        self.prepare(number)
        sent = drawn.choice(DRAWN)
        how = str(int(sent)) + drawn.choice(("", " PARENT"))
        if "PARENT" not in how and self.has_workers():
            how += " PARENT"  # one worker alone that dies is a failed point
        process = self.place.start(self.command.arguments, strike=(operation, how))
        self.judge(process, [sent])
        self.goes_on()

    def has_workers(self):
        return self.command.name in ("sweep", "golden check", "golden update")

    def fail_at_operation(self, number, operation):
        """Everything from there on is refused: what the cache does is no reason to fail, the rest is."""
        self.prepare(number)
        result = self.place.run(self.command.arguments, strike=(operation, f"e{NO_SPACE}"))
        self.complain(result.code in (2, self.command.code), f"exit code {result.code}: {result.err}")
        self.complain(result.code != 2 or "No space left on device" in result.err, f"no reason: {result.err}")
        self.whole()
        self.nothing_unfinished()
        self.goes_on()
