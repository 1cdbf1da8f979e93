# SPDX-License-Identifier: Apache-2.0
# The YAML of docs/golden.md: CI jobs that are well-formed and show the file that the check writes, and
# tolerances that a case takes.
. "$CASE_DIR/golden.bash"
write_net
npusim golden record net.yaml -o case --quiet
python3 - "$CASE_DIR/../../../docs/golden.md" <<'END'
import re, sys
try:
    import yaml
except ImportError:
    print("no python3-yaml", file=sys.stderr)
    sys.exit(77)
texts = re.findall(r"^```yaml\n(.*?)^```", open(sys.argv[1]).read(), re.DOTALL | re.MULTILINE)
jobs = []  # (commands, the file that is shown)
for text in texts:
    block = yaml.safe_load(text)
    if "tolerances" in block:
        open("case/case.yaml", "a").write(text)
    elif "jobs" in block:
        steps = block["jobs"]["golden"]["steps"]
        shown = [step["with"]["path"] for step in steps if "upload-artifact" in step.get("uses", "")]
        jobs.append(([step["run"] for step in steps if "run" in step], *shown))
    else:
        job = block["golden"]
        jobs.append((job["script"], job["artifacts"]["reports"]["junit"]))
for commands, shown in jobs:
    check = commands[-1].split()
    print(check[1:], shown == check[-1])
END
code=$?
[ $code = 0 ] || exit $code
set_hardware npu.yaml read_latency_ns 101
check case | sed -n '2p'
