# SPDX-License-Identifier: Apache-2.0
# On a terminal: colour unless NO_COLOR is set, and progress that goes away; with --quiet or
# a dumb terminal neither.
. "$CASE_DIR/../common.bash"
write_run
cat > on_terminal.py <<'END'
import os, pty, subprocess, sys
master, slave = pty.openpty()
run = subprocess.Popen(['npusim', 'run', 'run.yaml'] + sys.argv[1:], stdout=slave, stderr=slave)
os.close(slave)
output = b''
try:
    while data := os.read(master, 65536):
        output += data
except OSError:  # the other end is closed
    pass
run.wait()
print('green' if b'\x1b[32mbit-exact\x1b[0m' in output else 'no colour',
      'stages' if b'\r\x1b[Kcalibrate' in output else 'no stages',
      'cleared' if b'\r\x1b[K\r\x1b[K' in output or b'simulation\r\x1b[K' in output else 'not cleared',
      'report' if b'Network' in output else 'no report')
END
unset NO_COLOR
TERM=xterm python3 on_terminal.py
TERM=xterm NO_COLOR=1 python3 on_terminal.py
TERM=dumb python3 on_terminal.py
TERM=xterm python3 on_terminal.py --quiet
