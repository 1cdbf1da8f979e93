# SPDX-License-Identifier: Apache-2.0
# Any byte of a Program file that changes is noticed.
. "$CASE_DIR/../common.bash"
write_program
python3 - <<'END'
import random, subprocess
data = open('net.npu', 'rb').read()
r = random.Random(7)
for at in [0, 4, 8, 12, 16, 24, 40] + [r.randrange(len(data)) for _ in range(20)]:
    damaged = bytearray(data)
    damaged[at] ^= 1 << r.randrange(8)
    open('bad.npu', 'wb').write(damaged)
    for command in ('simulate', 'disasm'):
        result = subprocess.run(['npusim', command, 'bad.npu'], capture_output=True, text=True)
        if result.returncode != 2 or not result.stderr.startswith('npusim: error: bad.npu'):
            print(command, 'byte', at, 'exit', result.returncode, result.stderr[:200])
END
