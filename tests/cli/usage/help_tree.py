# SPDX-License-Identifier: Apache-2.0
"""Walks every command and the commands below it by their --help alone, and names what a help lacks."""
import re
import subprocess

DESCRIPTIONS = 22  # their first column, from 0


def help_of(path):
    result = subprocess.run(["npusim", *path, "--help"], capture_output=True, text=True)
    assert result.returncode == 0 and not result.stderr, (path, result)
    return result.stdout


def items(text, heading):
    """{what is to be typed: its description} of a section of the help."""
    match = re.search(rf"^{heading}:\n((?:  .*\n)+)", text, re.MULTILINE)
    found = {}
    for line in match.group(1).splitlines() if match else []:
        if line[2] != " ":
            end = DESCRIPTIONS if line[DESCRIPTIONS - 1:DESCRIPTIONS] in (" ", "") else len(line)
            name = line[:end].strip()
            found[name] = line[end:].strip()
        else:
            found[name] = (found[name] + " " + line.strip()).strip()
    return found


def walk(path, found):
    text = help_of(path)
    name = " ".join(["npusim", *path])

    def fault(what):
        print(f"{name}: {what}")
    for line in text.splitlines():
        if len(line) > 80:
            fault(f"wider than 80 columns: {line}")
    summary, usage = re.fullmatch(r"(.*?)\nUsage: (.*?)\n\n.*", text, re.DOTALL).groups()
    if len(summary.split()) < 3:
        fault(f"no summary: {summary!r}")
    if not usage.startswith(name):
        fault(f"usage of another command: {usage}")
    examples = re.search(r"^Examples:\n((?:  .*\n)+)", text, re.MULTILINE)
    if not examples:
        fault("no examples")
    elif f"{name} " not in examples.group(1) and f"  {name}\n" not in examples.group(1):
        fault("no example of itself")
    for heading in ("Options", "Positionals"):
        for item, description in items(text, heading).items():
            if len(description.split()) < 2:
                fault(f"no description: {item}")
    found.append(name)
    for command, summary in items(text, "Subcommands").items():
        if len(summary.split()) < 3:
            fault(f"{command} without a summary")
        walk([*path, command], found)


found = []
walk([], found)
print("walked" if len(found) >= 16 and "npusim sweep report" in found else f"only {found}")
