#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: check_links.py [--bin FOLDER]

Do the pages hang together? Every relative link and anchor leads somewhere, every page of docs/ is
reached from docs/index.md and named there, paths of the source tree in `code` exist (with or without their suffix), and, with the
program, the subcommands and flags that prose names in `npusim ...` are the program's.
"""
import argparse
import functools
import pathlib
import re
import subprocess
import sys

import pages

INDEX = "docs/index.md"
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`]+)`")
TREE_PATH = re.compile(r"(?:sim|frontend|configs|workloads|tests|scripts|docs|cmake|\.ci)/[\w./-]*\w")
OTHER_PAGES = ("CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")


def anchors(page):
    """The anchors of a page's headings, as GitHub makes them."""
    result, seen = set(), {}
    for _, line in page.prose:
        heading = re.match(r"#{1,6} +(.*)", line)
        if heading:
            text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading.group(1)).strip().lower()
            anchor = re.sub(r"[^\w\- ]", "", text).replace(" ", "-")
            count = seen.get(anchor, 0)
            seen[anchor] = count + 1
            result.add(f"{anchor}-{count}" if count else anchor)
    return result


def links(page):
    for number, line in page.prose:
        for target in LINK.findall(re.sub(r"`[^`]*`", "``", line)):
            if not re.match(r"[a-z]+:", target):
                yield number, target


def check_links(loaded, root):
    """(findings, page -> pages that it links to)"""
    findings, graph = [], {}
    known = {name: anchors(page) for name, page in loaded.items()}
    for name, page in loaded.items():
        graph[name] = set()
        for number, target in links(page):
            file, _, anchor = target.partition("#")
            path = (root / name).parent / file if file else root / name
            if not path.exists():
                findings.append(f"{name}:{number}: got a link to {target}, which does not exist")
                continue
            goal = path.resolve().relative_to(root.resolve()).as_posix()
            graph[name].add(goal)
            if anchor and anchor not in known.get(goal, ()):
                findings.append(f"{name}:{number}: got #{anchor}, must be a heading of {goal}")
    return findings, graph


def check_index(graph, names):
    """Every page of docs/ is named in the index, and the README leads there."""
    listed = graph.get(INDEX, set())
    for name in names:
        if name.startswith("docs/") and name != INDEX and name not in listed:
            yield f"{INDEX}: got no link to {name}, must list every page"
    if INDEX not in graph.get("README.md", set()):
        yield f"README.md: got no link to {INDEX}"


@functools.cache
def source_names(root):
    return {path.name for top in ("sim", "frontend", "tests") for path in (root / top).rglob("*.*")}


def check_paths(page, root):
    """Paths of the source tree, and names of its files alone, in prose."""
    sources = source_names(root)
    for number, line in page.prose:
        for code in CODE.findall(line):
            if re.fullmatch(r"\w+\.(h|cpp|v|py)", code) and code not in sources:
                yield f"{page.name}:{number}: got {code}, which is nowhere in the source tree"
            if TREE_PATH.fullmatch(code) and not (root / code).exists() and not any(
                    (root / code).parent.glob(f"{pathlib.Path(code).name}.*")):
                yield f"{page.name}:{number}: got {code}, which does not exist"


class Help:
    """The program's own help, asked once for each subcommand."""

    def __init__(self, program):
        self.program = program
        self.texts = {}

    def of(self, *words):
        if words not in self.texts:
            result = subprocess.run([self.program, *words, "--help"], capture_output=True,
                                    text=True, stdin=subprocess.DEVNULL)
            # Of a word that is no subcommand the program prints the help of what stands before it.
            is_own = re.search(rf"(?im)usage: npusim {' '.join(words)}\b", result.stdout)
            self.texts[words] = result.stdout if is_own and result.returncode == 0 else ""
        return self.texts[words]


def check_mentions(page, program_help):
    """`npusim SUBCOMMAND --flag` in prose."""
    for number, line in page.prose:
        for code in CODE.findall(line):
            words = code.split()
            if words[0] != "npusim" or len(words) < 2 or not re.fullmatch(r"[a-z]+", words[1]):
                continue
            text = program_help.of(words[1])
            if not text:
                yield f"{page.name}:{number}: got npusim {words[1]}, must be a subcommand"
                continue
            if len(words) > 2 and re.fullmatch(r"[a-z]+", words[2]):
                text += program_help.of(words[1], words[2])
            for flag in re.findall(r"(?<=\s)--?[a-zA-Z][\w-]*", code):
                if not re.search(re.escape(flag) + r"\b", text):
                    yield f"{page.name}:{number}: got {code}: npusim {words[1]} has no {flag}"


def check_all(root, program=None):
    names = pages.all_pages(root)
    others = [name for name in OTHER_PAGES if (root / name).exists()]
    loaded = {name: pages.read_page(name, root) for name in [*names, *others]}
    findings, graph = check_links(loaded, root)
    findings += check_index(graph, names)
    program_help = Help(program) if program else None
    for name in names:
        page = loaded[name]
        pages.commands_of(page)
        findings += [*page.findings, *pages.unfenced_commands(page), *check_paths(page, root)]
        if program_help:
            findings += check_mentions(page, program_help)
    return findings


def main():
    parser = argparse.ArgumentParser(description="Checks the links of the documentation")
    parser.add_argument("--bin", type=pathlib.Path)
    options = parser.parse_args()
    findings = check_all(pages.SOURCE, options.bin and options.bin.resolve() / "npusim")
    print("\n".join(findings))
    print(f"docs: {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
