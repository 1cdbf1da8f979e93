# SPDX-License-Identifier: Apache-2.0
"""Reads a VCD file (IEEE 1364, section 18), as far as one of npusim goes, and refuses what does not belong
there."""


def read_vcd(path):
    """(timescale, comments, {name: [(time, value), ...]}, the last time). A value is an integer, in two's complement
    of the variable's bits where there are more than one."""
    changes, bits, comments, scopes = {}, {}, [], []
    names = {}
    timescale, time, last = None, None, -1
    with open(path, encoding="ascii") as file:
        tokens = iter(file.read().split())

    def until_end():
        words = []
        for word in tokens:
            if word == "$end":
                return words
            words.append(word)
        raise ValueError("no $end")

    for token in tokens:
        if token == "$timescale":
            timescale = " ".join(until_end())
        elif token == "$scope":
            scopes.append(until_end()[1])
        elif token == "$upscope":
            scopes.pop()
            until_end()
        elif token == "$var":
            _, width, code, name = until_end()[:4]
            if code in names:
                raise ValueError(f"{code} again")
            name = ".".join([s for s in scopes if s != "SystemC"] + [name])
            names[code], bits[name], changes[name] = name, int(width), []
        elif token == "$comment":
            comments.append(" ".join(until_end()))
        elif token in ("$date", "$version", "$enddefinitions"):
            until_end()
        elif token in ("$dumpvars", "$end"):
            time = 0 if time is None else time
        elif token[0] == "#":
            time = int(token[1:])
            if time < last:
                raise ValueError(f"time {time} behind {last}")
            last = time
        else:
            value, code = (token[1:], next(tokens)) if token[0] == "b" else (token[0], token[1:])
            name = names[code]
            number = int(value, 2)
            if bits[name] > 1 and len(value) == bits[name] and value[0] == "1":
                number -= 1 << bits[name]
            if changes[name] and (changes[name][-1][1] == number or changes[name][-1][0] == time):
                raise ValueError(f"{name} at {time}: no change, or a second one")
            changes[name].append((time, number))
    if scopes:
        raise ValueError("scopes are open")
    return timescale, comments, changes, last


def cycles_of(changes, value, end):
    """How long a signal has that value before `end`."""
    total = 0
    for (time, now), (until, _) in zip(changes, changes[1:] + [(end, None)]):
        total += min(until, end) - min(time, end) if now == value else 0
    return total
