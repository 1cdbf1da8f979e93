# SPDX-License-Identifier: Apache-2.0
"""What stands in a page of the documentation: fenced blocks, commands, links, headings.

The languages of fences say what a block is:

    sh      commands, which tests/docs/run_pages.py runs in the order of the page. A comment
            `# exit code N` behind a command says that it ends so; 0 without one.
    text    what a command prints: the last one of the `sh` block before, or the first one where the
            paragraph between says "The first prints". `...` and `~ REGEX` as in tests/cli.
    others  no command. A `yaml` or `csv` block whose paragraph before begins with `NAME` is that file,
            and lies in the page's folder.
"""
import dataclasses
import pathlib
import re
import shlex
import subprocess

SOURCE = pathlib.Path(__file__).resolve().parents[2]
LANGUAGES = {"sh", "text", "asm", "cpp", "csv", "diff", "json", "python", "sv", "toml", "yaml"}
FENCE = re.compile(r"^( *)```([^`\s]*)[^`]*$")
EXIT_CODE = re.compile(r"#.*\bexit code (\d+)")
FILE_NAME = re.compile(r"`([\w.-]+\.(?:yaml|csv))`")
# Flags whose value is a file or folder that the command writes.
WRITES = {"-o", "--output", "--json", "--html", "--csv", "--svg", "--trace", "--vcd", "--junit",
          "--pictures"}


@dataclasses.dataclass
class Block:
    language: str
    text: str
    line: int  # of the fence
    lead: str  # the paragraph before, on one line


@dataclasses.dataclass
class Command:
    text: str
    line: int
    exit_code: int = 0
    output: str = ""  # what it must print, or nothing to compare with
    writes: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Page:
    name: str  # from the root of the tree: "docs/cache.md"
    blocks: list
    prose: list  # (line number, text) outside of blocks
    findings: list


def all_pages(root=SOURCE):
    """Names of the pages whose commands run."""
    return ["README.md", *sorted(f"docs/{path.name}" for path in (root / "docs").glob("*.md"))]


def read_page(name, root=SOURCE):
    return parse_page(name, (root / name).read_text())


def parse_page(name, text):
    page = Page(name, [], [], [])
    fence, lead, ended = None, [], False
    for number, line in enumerate(text.splitlines(), 1):
        found = FENCE.match(line)
        if fence is not None:
            if found and not found.group(2):
                page.blocks.append(fence)
                fence, lead, ended = None, [], False
            else:
                fence.text += re.sub(f"^ {{0,{indent}}}", "", line) + "\n"
        elif found:
            indent = len(found.group(1))
            fence = Block(found.group(2), "", number, " ".join(lead))
            if fence.language not in LANGUAGES:
                page.findings.append(f"{name}:{number}: got ```{fence.language}, must be one of "
                                     f"{', '.join(sorted(LANGUAGES))}")
        else:
            page.prose.append((number, line))
            if not line.strip():
                ended = True
                continue
            lead = [line.strip()] if ended else [*lead, line.strip()]
            ended = False
    if fence is not None:
        page.findings.append(f"{name}:{fence.line}: the fence is not closed")
    return page


def is_complete(text):
    """Can the shell read the lines as whole commands?"""
    if re.search(r"\\$", text):
        return False
    result = subprocess.run(["bash", "-n", "-c", text], capture_output=True, text=True)
    return result.returncode == 0 and not result.stderr


def written_files(text):
    """The values of flags that name a file to write."""
    try:
        words = shlex.split(text.replace("\\\n", " "), comments=True)
    except ValueError:
        return []
    pairs = zip(words, words[1:])
    return [value for flag, value in pairs if flag in WRITES and not value.startswith("-")]


def commands_of_block(block):
    """The commands of one `sh` block; a command may take several lines."""
    result, lines, begin = [], [], 0
    for offset, line in enumerate(block.text.splitlines(), 1):
        if not lines and (not line.strip() or line.lstrip().startswith("#")):
            continue
        begin = begin if lines else block.line + offset
        lines.append(line)
        text = "\n".join(lines)
        if is_complete(text):
            code = EXIT_CODE.search(text)
            result.append(Command(text, begin, int(code.group(1)) if code else 0, "",
                                  written_files(text)))
            lines = []
    if lines:
        raise ValueError(f"line {begin}: the shell cannot read {lines[0]!r}")
    return result


def commands_of(page):
    """All commands of the page in order, with the output that stands behind them."""
    result, last = [], []
    for block in page.blocks:
        if block.language == "sh":
            try:
                last = commands_of_block(block)
            except ValueError as error:
                page.findings.append(f"{page.name}:{error}")
                last = []
            result += last
        elif block.language == "text":
            place = f"{page.name}:{block.line}"
            if not last:
                page.findings.append(f"{place}: got ```text without a command before, must follow "
                                     "```sh (```csv, ```yaml and others are no output)")
                continue
            command = last[0] if "The first prints" in block.lead else last[-1]
            if command.output:
                page.findings.append(f"{place}: a second output of {command.text!r}")
            command.output = block.text
    return result


def files_of(page):
    """Name -> text of the files that stand in the page."""
    result = {}
    for block in page.blocks:
        name = FILE_NAME.match(block.lead)
        if block.language in ("yaml", "csv") and name:
            if name.group(1) in result:
                page.findings.append(f"{page.name}:{block.line}: {name.group(1)} a second time")
            result[name.group(1)] = block.text
    return result


def unfenced_commands(page):
    """Findings: commands in blocks that are indented, which nothing would run."""
    for number, line in page.prose:
        if re.match(r" {4,}(scripts/|npusim )\S", line):
            yield f"{page.name}:{number}: got an indented command, must stand in ```sh"
