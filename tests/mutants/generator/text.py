# SPDX-License-Identifier: Apache-2.0
"""Source text without comments and literals, for looking around in it by offsets."""
import re

_HIDDEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'', re.S)


def blanked(source):
    """As long as the source; comments and literals are blanks, so that brackets and operators count."""
    return _HIDDEN.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), source)


def closing(text, opening):
    """The offset of the bracket that closes the one at `opening`."""
    depth = 0
    for i in range(opening, len(text)):
        if text[i] in "([{":
            depth += 1
        elif text[i] in ")]}":
            depth -= 1
            if depth == 0:
                return i
    raise ValueError("bracket without end")


def split(text, begin, end, separator):
    """The ranges between separators that are in no bracket."""
    ranges = []
    depth = 0
    start = begin
    for i in range(begin, end):
        if text[i] in "([{":
            depth += 1
        elif text[i] in ")]}":
            depth -= 1
        elif text[i] == separator and depth == 0:
            ranges.append((start, i))
            start = i + 1
    return ranges + [(start, end)]
