# SPDX-License-Identifier: Apache-2.0
# Ctrl-C and SIGTERM: exit code 130, no folder and no process is left.
. "$CASE_DIR/golden.bash"
python3 - <<'END'
import os, pathlib, signal, subprocess, time

def interrupt(number, group, *arguments):
    process = subprocess.Popen(["npusim", "golden", *arguments], start_new_session=True,
                               stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    time.sleep(0.5)
    (os.killpg if group else os.kill)(process.pid, number)
    out, err = process.communicate()
    print(arguments[0], process.returncode, out.decode() + err.decode().strip())
    try:
        os.killpg(process.pid, 0)
        print("a process is left")
    except ProcessLookupError:
        pass

interrupt(signal.SIGINT, True, "record", "mobilenet.yaml", "-o", "cases/long", "--images", "900000")
print(sorted(map(str, pathlib.Path().rglob("*"))))
subprocess.run(["npusim", "golden", "record", "mobilenet.yaml", "-o", "cases/long", "--quiet",
                "--images", "2"], check=True)
case = pathlib.Path("cases/long/case.yaml")
case.write_text(case.read_text().replace('images: "2"', 'images: "900000"'))
before = {path: path.read_bytes() for path in pathlib.Path("cases/long").iterdir()}
interrupt(signal.SIGINT, True, "check", "cases")
interrupt(signal.SIGTERM, False, "check", "cases")
interrupt(signal.SIGTERM, False, "update", "cases", "--reason", "none")
after = {path: path.read_bytes() for path in pathlib.Path("cases/long").iterdir()}
print("as before" if before == after else "changed")
END
