# SPDX-License-Identifier: Apache-2.0
"""How each source of the repository is compiled, and what it includes."""
import json
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
ONLY_OF_UNITS = " -Wno-subobject-linkage"  # of g++; clang does not know it
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


def compile_units(build):
    """Source -> its entry of the compilation database. A library that is compiled as one unit
    (NPUSIM_UNITY_BUILD) counts as its sources, each with the unit's command."""
    units = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        path = pathlib.Path(entry["directory"], entry["file"]).resolve()
        sources = [path]
        if path.parent.name == "Unity":
            sources = [pathlib.Path(name) for name in INCLUDE.findall(path.read_text())]
        for source in sources:
            if source.is_relative_to(ROOT) and not source.is_relative_to(build):
                command = entry["command"].replace(entry["file"], str(source))
                command = command.replace(ONLY_OF_UNITS, "")
                units.setdefault(source, {**entry, "file": str(source), "command": command})
    return units


def write_database(units, folder):
    """compile_commands.json of these sources, one by one."""
    (folder / "compile_commands.json").write_text(json.dumps(list(units.values())))


def included_files(source):
    """The repository's files that a source includes, directly or not."""
    found, waiting = set(), [source]
    while waiting:
        file = waiting.pop()
        for name in INCLUDE.findall(file.read_text()):
            for path in (ROOT / name, file.parent / name):
                if path.is_file() and path not in found:
                    found.add(path)
                    waiting.append(path)
    return found
