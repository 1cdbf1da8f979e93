# SPDX-License-Identifier: Apache-2.0
"""A mutation point: what is inserted into the source, and the mutants that it offers."""
import dataclasses
import re


@dataclasses.dataclass
class Variant:
    kind: str  # constant, comparison, ...
    start: int  # this range of the original text ...
    end: int
    text: str  # ... would read so


@dataclasses.dataclass
class Point:
    file: str  # relative to the repository
    start: int  # offsets of what is mutated
    end: int
    function: str  # qualified, for people and survivors.yaml
    owner: str  # the function's USR: "" outside functions
    context: tuple  # offsets of the statement or declaration around it
    value_region: bool  # code that only runs where values are simulated
    # (start, prefix, end, suffix): text around a range; (start, None, end, text): text instead of it.
    # "@" stands for the first mutant's number.
    edits: list
    variants: list
    constant_range: tuple = None  # the constexpr declaration it lies in, which must stop being one
    first: int = -1
    dropped: str = ""  # why it is not mutated

    def key(self):
        return (self.start, self.end, tuple(v.kind for v in self.variants), self.edits[0][1])


def squeeze(text):
    return re.sub(r"\s+", " ", text).strip()


def describe(source, point, variant, width=160):
    """The statement before and after; long ones are cut around the change."""
    begin, end = point.context
    begin, end = min(begin, variant.start), max(end, variant.end)
    head, tail = source[begin : variant.start], source[variant.end : end]
    before = squeeze(head + source[variant.start : variant.end] + tail)
    after = squeeze(head + variant.text + tail)
    if max(len(before), len(after)) <= width:
        return before, after
    same = 0
    while same < min(len(before), len(after)) and before[same] == after[same]:
        same += 1
    cut = max(0, same - width // 2)
    while cut > 0 and before[cut - 1] not in " (,":
        cut -= 1
    return before[cut : cut + width].strip(), after[cut : cut + width].strip()


def rewrite(source, points):
    """The source with all points' edits; every line keeps its number."""
    pieces = []  # (offset, order at the same offset, end, text)
    sequence = 0
    for point in points:
        for start, prefix, end, text in point.edits:
            text = text.replace("@", str(point.first))
            sequence += 1
            if prefix is None:
                pieces.append((start, (2, sequence), end, text))
                continue
            pieces.append((start, (1, sequence), start, prefix.replace("@", str(point.first))))
            pieces.append((end, (0, -sequence), end, text))
    pieces.sort()
    out = []
    position = 0
    for start, _, end, text in pieces:
        assert start >= position, (points[0].file, start, text)
        out += [source[position:start], text]
        position = end
    return "".join(out) + source[position:]
