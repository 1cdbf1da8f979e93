#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""extract_code.py PAGE.md OUT.cpp: the C++ blocks of a page, one after another, with their lines."""
import pathlib
import sys

page, out = map(pathlib.Path, sys.argv[1:])
code, inside, blocks = ["// SPDX-License-Identifier: Apache-2.0"], False, 0
for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
    if not inside and line == "```cpp":
        inside, blocks = True, blocks + 1
        code.append(f'#line {number + 1} "{page}"')
    elif inside and line == "```":
        inside = False
    elif inside:
        code.append(line)
if inside or blocks == 0:
    sys.exit(f"{page}: got {blocks} blocks, the last one {'open' if inside else 'closed'}; "
             "must be at least one, all closed")
out.write_text("\n".join(code) + "\n", encoding="utf-8")
