# SPDX-License-Identifier: Apache-2.0
"""The commands that are struck, and what each of them leaves behind when nothing happens."""
import dataclasses
import shutil

RUN = """model: mobilenet_v1_025_fractal.onnx
dataset: {kind: fractal, seed: 2, images: 4}
calibration: {kind: fractal, seed: 3, images: 2, method: min_max}
input: {size: 64, mean: [127.5, 127.5, 127.5], scale: [127.5, 127.5, 127.5]}
quantization: {scheme: shift_scaler, field_bits: 4, rule: floor, bias_correction: true}
hardware: npu_32x32.yaml
simulation: {images: 1}
"""
SMALL_NET = """model:
  input: {height: 8, width: 8, channels: 3}
  layers:
    - conv: {name: stem, channels: 8, kernel: 3, activation: relu6}
    - gemm: {name: logits, channels: 10}
quantization: {scheme: shift_scaler, field_bits: 4, rule: floor, bias_correction: true}
hardware: npu_32x32.yaml
simulation: {images: 1}
"""
SWEEP = """run: small.yaml
axes:
  quantization.scheme: [per_layer, shift_scaler]
  hardware.mac_array.rows: [8, 16, 24]
  hardware.weight_scratchpad.bytes: [512, 256KiB]
objectives: {minimise: [cycles.total, hardware.mac_array.rows]}
"""


@dataclasses.dataclass(frozen=True)
class Command:
    name: str
    arguments: tuple
    files: tuple = ()       # each whole or not at all
    folder: str = ""        # all of it or nothing
    growing: str = ""       # a folder whose files are whole, each on its own
    existing: bool = False  # the folder is there before, and then the old or the new one
    code: int = 0           # when nothing happens


def command(line, name=None, **outputs):
    words = line.split()
    return Command(name or words[0], tuple(words), **outputs)


COMMANDS = (
    command("run run.yaml --json r.json --csv r.csv --html r.html --trace r.json.gz --vcd r.vcd",
            files=("r.json", "r.csv", "r.html", "r.json.gz", "r.vcd")),
    command("compare run.yaml --schemes per_layer,shift_scaler --json c.json", files=("c.json",)),
    command("analyze run.yaml --sample 2 --json a.json --csv a.csv --pictures pictures", files=("a.json", "a.csv"),
            growing="pictures"),
    command("compile run.yaml -o n.npu", files=("n.npu",)),
    command("export run.yaml -o n.onnx", files=("n.onnx",)),
    command("simulate small.npu --output o.npy --json s.json --csv s.csv --trace s.json.gz --vcd s.vcd",
            files=("o.npy", "s.json", "s.csv", "s.json.gz", "s.vcd")),
    command("assemble small.txt -o again.npu", files=("again.npu",)),
    command("vectors small.yaml -o vectors", folder="vectors"),
    command("sweep sweep.yaml -o swept -j 2", growing="swept"),
    command("sweep gather done", name="sweep gather", growing="done", existing=True),
    command("sweep report done --html f.html --csv f.csv --svg f.svg", name="sweep report",
            files=("f.html", "f.csv", "f.svg")),
    command("golden record small.yaml -o made/case", name="golden record", folder="made/case"),
    command("golden record small.yaml -o cases/a --force", name="golden record --force", folder="cases/a",
            existing=True),
    command("golden check cases --junit j.xml -j 2", name="golden check", files=("j.xml",), code=1),
    command("golden update cases --reason why", name="golden update", folder="cases", existing=True),
)


def make_template(place, folder):
    """The files that the commands read, in a folder that is copied for each run."""
    work = place.work
    for name, text in (("run.yaml", RUN), ("small.yaml", SMALL_NET), ("sweep.yaml", SWEEP)):
        (work / name).write_text(text)

    def npusim(*arguments):
        result = place.run(arguments, cached=False)
        if result.code != 0:
            raise RuntimeError(f"npusim {' '.join(arguments)}: exit code {result.code}: {result.err}")
        return result.out
    npusim("compile", "small.yaml", "-o", "small.npu", "--quiet")
    (work / "small.txt").write_text(npusim("disasm", "--image", "small.npu"))
    npusim("sweep", "sweep.yaml", "-o", "done", "--quiet")
    for name in "ab":
        npusim("golden", "record", "small.yaml", "-o", f"cases/{name}", "--quiet")
        # What the cases come to is not what they say: an update has something to do.
        run = work / "cases" / name / "run.yaml"
        run.write_text(run.read_text().replace("channels: 8", "channels: 12"))
        (work / "cases" / name / "of_the_user.txt").write_text("stays\n")
    shutil.copytree(work, folder, symlinks=True)
