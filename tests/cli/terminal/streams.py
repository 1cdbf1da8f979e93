# SPDX-License-Identifier: Apache-2.0
"""What commands write where: results on stdout, colour on a terminal only and never with NO_COLOR, progress on a
terminal's stderr only."""
import os
import pty
import re
import subprocess
import threading

COLOUR = re.compile(rb"\x1b\[[0-9;]*m")
CLEARED = b"\r\x1b[K"
COMMANDS = [
    (["list"], "colour"), (["list", "keys"], "colour"), (["show", "npu_32x32.yaml"], ""),
    (["show", "run.yaml", "--layers"], "colour"), (["disasm", "net.npu"], ""),
    (["compile", "run.yaml", "-o", "other.npu"], "progress"),
    (["simulate", "net.npu"], "colour progress"),
    (["run", "run.yaml"], "colour progress"),
    (["compare", "run.yaml", "--schemes", "per_layer"], "colour progress"),
    (["analyze", "run.yaml", "--sample", "2"], "colour progress"),
    (["export", "run.yaml", "-o", "net.onnx"], "progress"),
    (["sweep", "sweep.yaml", "-o", "swept", "-j", "1"], "colour"),
    (["sweep", "gather", "swept"], "colour"), (["sweep", "report", "swept"], "colour"),
    (["sweep", "explain", "swept", "1"], ""),
    (["cache"], "colour"), (["manual"], ""), (["completion", "bash"], ""), (["--help"], ""), (["--version"], ""),
]


def collect(descriptor, output):
    try:
        while data := os.read(descriptor, 65536):
            output += data
    except OSError:  # a terminal whose other end is closed
        pass
    os.close(descriptor)


def run(arguments, terminals, environment):
    """Exit code, stdout and stderr; each a terminal or a pipe."""
    ends, readers, outputs = [], [], []
    for name in ("stdout", "stderr"):
        ours, theirs = pty.openpty() if name in terminals else os.pipe()
        output = bytearray()
        readers.append(threading.Thread(target=collect, args=(ours, output)))
        ends.append(theirs)
        outputs.append(output)
    process = subprocess.Popen(["npusim", *arguments], stdin=subprocess.DEVNULL, stdout=ends[0], stderr=ends[1],
                               env={**os.environ, "TERM": "xterm", **environment})
    for end in ends:
        os.close(end)
    for reader in readers:
        reader.start()
    code = process.wait()
    for reader in readers:
        reader.join()
    return code, bytes(outputs[0]), bytes(outputs[1])


os.environ.pop("NO_COLOR", None)
for arguments, expected in COMMANDS:
    def check(holds, what):
        if not holds:
            print(f"npusim {' '.join(arguments)}: {what}")
    code, out, err = run(arguments, (), {})
    check(code == 0, f"exit code {code}: {err.decode()}")
    check(out, "nothing on stdout")
    check(b"\x1b" not in out and b"\r" not in out, "control characters in a file")
    check(err == b"", f"stderr in a file: {err!r}")
    code, out, err = run(arguments, ("stdout", "stderr"), {})
    check(bool(COLOUR.search(out)) == ("colour" in expected), "colour on a terminal: not as expected")
    check(not COLOUR.search(err), "colour in stderr")
    check(not err or err.endswith(CLEARED), f"progress that stays: {err!r}")
    check("progress" not in expected or CLEARED in err, "no progress on a terminal")
    code, out, err = run(arguments, ("stdout", "stderr"), {"NO_COLOR": "1"})
    check(b"\x1b" not in out, "colour despite NO_COLOR")
    check(not COLOUR.search(err), "colour in stderr despite NO_COLOR")
for arguments in (["run", "no.yaml"], ["frobnicate"], ["run", "run.yaml", "--set", "rows=1"]):
    code, out, err = run(arguments, ("stdout", "stderr"), {})
    if code != 2 or out or b"npusim: error:" not in err or b"\x1b" in err:
        print(arguments, code, out, err)
print("checked", len(COMMANDS), "commands")
