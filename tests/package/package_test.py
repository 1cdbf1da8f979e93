#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Installs a finished build into an empty folder and uses what is there.

The consumer links every exported library. The installed program must find the installed run files
and hardware files: they are renamed first, so that those of the source tree cannot stand in.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def run(*command, folder, environment=None):
    result = subprocess.run([str(part) for part in command], cwd=folder, env=environment,
                            stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if result.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))}: exit {result.returncode}\n"
                         f"{result.stdout}{result.stderr}")
    return result.stdout


def expect(what, got, must_be):
    if got != must_be:
        raise SystemExit(f"{what}: got {got!r}, must be {must_be!r}")


def check_consumer(options, prefix, folder):
    build = folder / "consumer"
    run(options.cmake, "-S", HERE / "projects/consumer", "-B", build, "-G", "Ninja",
        f"-DCMAKE_PREFIX_PATH={prefix}", f"-DCMAKE_CXX_COMPILER={options.compiler}",
        f"-DCMAKE_CXX_FLAGS={options.flags}", "-DCMAKE_BUILD_TYPE=Release",
        f"-DNPUSIM_EXPECTED_VERSION={options.version}", folder=folder)
    run(options.cmake, "--build", build, folder=folder)
    expect("consumer's output", run(build / "consumer", folder=folder), options.version + "\n")


def check_program(options, prefix, folder):
    program = prefix / "bin/npusim"
    environment = {**os.environ, "NPUSIM_CACHE": str(folder / "cache")}
    expect("npusim --version", run(program, "--version", folder=folder).split()[-1],
           options.version)

    data = prefix / "share/npusim"
    shutil.copy(data / "workloads/mobilenet.yaml", data / "workloads/only_installed.yaml")
    shutil.copy(data / "configs/npu_16x16_edge.yaml", data / "configs/only_installed_hw.yaml")
    work = folder / "elsewhere"
    work.mkdir()
    listed = json.loads(run(program, "list", "--json", folder=work))
    for kind, name in (("workloads", "only_installed.yaml"), ("configs", "only_installed_hw.yaml")):
        paths = [each["path"] for each in listed[kind] if each["name"] == name]
        expect(f"npusim list {kind}", paths, [str(data / kind / name)])
        run(program, "show", name, folder=work)
    run(program, "run", "only_installed.yaml", "--hardware", "only_installed_hw.yaml",
        "--images", "20", "--set", "simulation.images=1", "--json", "report.json",
        folder=work, environment=environment)
    report = json.loads((work / "report.json").read_text())
    expect("simulation.bit_exact", report["simulation"]["bit_exact"], True)
    expect("accuracy.images", report["accuracy"]["images"], 20)
    expect("files written", sorted(os.listdir(work)), ["report.json"])


def check_terminal_files(prefix, folder):
    """Manual page and completions are those of the installed program."""
    program = prefix / "bin/npusim"
    for path, command in (("man/man1/npusim.1", ["manual"]),
                          ("bash-completion/completions/npusim", ["completion", "bash"]),
                          ("zsh/site-functions/_npusim", ["completion", "zsh"]),
                          ("fish/vendor_completions.d/npusim.fish", ["completion", "fish"])):
        expect(path, (prefix / "share" / path).read_text(), run(program, *command, folder=folder))
    names = run(program, "completion", "hardware", folder=folder).split()
    expect("npusim completion hardware", "only_installed_hw.yaml" in names, True)


def main():
    parser = argparse.ArgumentParser(description="Installs, then uses what was installed")
    parser.add_argument("--cmake", required=True)
    parser.add_argument("--build", required=True)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--flags", default="")
    parser.add_argument("--version", required=True)
    parser.add_argument("--program", action="store_true", help="the build has the program npusim")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="npusim-package-") as temporary:
        folder = pathlib.Path(temporary)
        prefix = folder / "prefix"
        run(options.cmake, "--install", options.build, "--prefix", prefix, folder=folder)
        check_consumer(options, prefix, folder)
        if options.program:
            check_program(options, prefix, folder)
            check_terminal_files(prefix, folder)
    print("package: consumer" + (" and program" if options.program else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main())
