# SPDX-License-Identifier: Apache-2.0
# JSON with a version and sorted keys; what it says of a machine is what the report and the file say.
. "$CASE_DIR/../common.bash"
npusim list --json > all.json
npusim list keys --json > keys.json
python3 - <<'END'
import json
text = open("all.json").read()
everything = json.loads(text)
assert text == json.dumps(everything, indent=2, sort_keys=True) + "\n"
print(sorted(everything))
hardware = {each["name"]: each for each in everything["configs"]}["npu_32x32.yaml"]
print({key: hardware[key] for key in sorted(hardware) if key not in ("path", "config_hash")})
workload = {each["name"]: each for each in everything["workloads"]}["mobilenet.yaml"]
print(workload["inputs"], workload["model_kind"], workload["hardware"], workload["scheme"], workload["model"])
for scheme in everything["schemes"]:
    print(scheme["name"], sorted(scheme["parameters"].items()))
keys = json.load(open("keys.json"))["keys"]
print([each for each in keys if each["key"] == "mac_array.rows"][0])
END
write_run
npusim run run.yaml --json report.json --quiet
value report.json hardware.config_hash
python3 -c '
import json
print(json.dumps([c["config_hash"] for c in json.load(open("all.json"))["configs"]
                  if c["name"] == "npu_32x32.yaml"][0]))'
