#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: recipe.py list PAGE.md             the source files that the page changes, one a line
          recipe.py apply PAGE.md OUT        these files with their changes, and the page's C++ as test.cpp

A recipe changes the tree in ```diff blocks: `--- FILE` on the first line, then lines of the file with those
to be taken out (-) and put in (+); `...` on a line of its own parts two places of the file. What stands there
is found by its text, which must be in the file exactly once, so that a recipe cannot outlive the code it
changes.
"""
import pathlib
import sys

import pages


def diff_blocks(page):
    """(file, line of the fence, lines) of each block."""
    for block in page.blocks:
        if block.language != "diff":
            continue
        first, *lines = block.text.splitlines()
        if not first.startswith("--- "):
            raise SystemExit(f"{page.name}:{block.line + 1}: got {first!r}, must be --- FILE")
        yield first[4:].strip(), block.line, lines


def hunks(lines):
    """Lists of lines between `...`."""
    hunk = []
    for line in [*lines, "..."]:
        if line == "...":
            if hunk:
                yield hunk
            hunk = []
        else:
            hunk.append(line)


def changed(text, lines, place):
    """The text of a file with the changes of one block."""
    for hunk in hunks(lines):
        bad = [line for line in hunk if line and line[0] not in " +-"]
        if bad:
            raise SystemExit(f"{place}: got {bad[0]!r}, must begin with ' ', + or -")
        old = "".join(line[1:] + "\n" for line in hunk if not line.startswith("+"))
        new = "".join(line[1:] + "\n" for line in hunk if not line.startswith("-"))
        found = text.count("\n" + old)
        if not old or found != 1:
            raise SystemExit(f"{place}: found {found} times, must be there once:\n{old}")
        text = text.replace("\n" + old, "\n" + new)
    return text


def files_of(page, root=pages.SOURCE):
    """File -> its text with all changes of the page."""
    texts = {}
    for file, line, lines in diff_blocks(page):
        text = texts.get(file) or (root / file).read_text()
        texts[file] = changed(text, lines, f"{page.name}:{line}: {file}")
    return texts


def code_of(page, path):
    """The page's C++ blocks, one after another, with their lines."""
    parts = ["// SPDX-License-Identifier: Apache-2.0\n"]
    for block in page.blocks:
        if block.language == "cpp":
            parts.append(f'#line {block.line + 1} "{path}"\n{block.text}')
    return "".join(parts)


def main():
    if len(sys.argv) < 3 or sys.argv[1] not in ("list", "apply"):
        print(__doc__, file=sys.stderr)
        return 2
    path = pathlib.Path(sys.argv[2]).resolve()
    page = pages.parse_page(path.name, path.read_text())
    texts = files_of(page)
    if sys.argv[1] == "list":
        print("\n".join(texts))
        return 0
    out = pathlib.Path(sys.argv[3])
    for file, text in {**texts, "test.cpp": code_of(page, path)}.items():
        target = out / file
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.read_text() != text:
            target.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
