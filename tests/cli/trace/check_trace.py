# SPDX-License-Identifier: Apache-2.0
"""usage: check_trace.py TRACE REPORT.json [REPORT.txt]

Says whether a trace keeps the rules of its format, and whether its sums are the report's counters; the busy
cycles are in its text only.
"""
import bisect
import collections
import gzip
import json
import re
import sys

UNITS = ["command_processor", "dma_in", "dma_weights", "weight_loader", "mac_array", "requantization",
         "vector", "dma_out"]
ON_ARRAY = ("conv", "depthwise_conv", "gemm")


def read(path):
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8") as file:
        return json.load(file)


def must(condition, *what):
    if not condition:
        sys.exit("check_trace: " + " ".join(str(part) for part in what))


def equal(got, wanted, *what):
    must(got == wanted, *what, "got", got, "must be", wanted)


def check_form(event):
    """The keys that the format asks for, and their types."""
    keys = {"M": {"pid", "args"}, "X": {"pid", "tid", "ts", "dur", "cat", "args"},
            "B": {"pid", "tid", "ts", "args"}, "E": {"pid", "tid", "ts"}, "C": {"pid", "ts", "args"},
            "s": {"pid", "tid", "ts", "id", "cat"}, "f": {"pid", "tid", "ts", "id", "cat", "bp"}}
    must(event["ph"] in keys, "phase", event)
    must(keys[event["ph"]] <= set(event), "keys of", event)
    must(event["ph"] == "E" or isinstance(event["name"], str), "name of", event)
    for key in ("ts", "dur"):
        must(isinstance(event.get(key, 0), int) and event.get(key, 0) >= 0, key, "of", event)


def check_slices(slices):
    """One after another on each thread; busy or stall, with what they work for."""
    for unit, events in slices.items():
        end = 0
        for event in sorted(events, key=lambda e: (e["ts"], e["dur"])):
            must(event["ts"] >= end, unit, "does two things at once:", event)
            end = event["ts"] + event["dur"]
            must(event["cat"] in ("busy", "stall"), "cat of", event)
            must({"instruction", "layer", "tile"} <= set(event["args"]), "args of", event)
            equal("cause" in event["args"], event["cat"] == "stall", "cause of", event)


def check_flows(events, slices, names):
    """Every arrow has one begin and one end, in this order, each within a slice."""
    flows = collections.defaultdict(dict)
    for event in events:
        if event["ph"] in "sf":
            must(event["ph"] not in flows[event["id"]], "twice:", event)
            flows[event["id"]][event["ph"]] = event
    places = {unit: {(e["ts"], e["dur"]) for e in of_unit} for unit, of_unit in slices.items()}
    inside = {unit: sorted(of_unit) for unit, of_unit in places.items()}
    for flow in flows.values():
        must(len(flow) == 2, "one end only:", flow)
        begin, end = flow["s"], flow["f"]
        must(begin["ts"] <= end["ts"] and begin["args"]["done"] <= end["args"]["start"], "back in time:", flow)
        equal((begin["cat"], begin["name"]), (end["cat"], end["name"]), "names of", flow)
        for event in (begin, end):
            of_unit = inside[names[event["pid"], event["tid"]]]
            at = bisect.bisect_right(of_unit, (event["ts"], float("inf"))) - 1
            must(at >= 0 and of_unit[at][0] <= event["ts"] < of_unit[at][0] + max(of_unit[at][1], 1),
                 "in no slice:", event)
    return len(flows)


def layer_tracks(events, names):
    """Track -> [(layer, begin, end)]; those of a thread do not overlap."""
    tracks, open_ = collections.defaultdict(list), {}
    for event in events:
        if event["ph"] == "B":
            must(event["tid"] not in open_, "nested:", event)
            open_[event["tid"]] = event
        elif event["ph"] == "E":
            begin = open_.pop(event["tid"])
            key = (begin["args"].get("image", 0), begin["args"]["layer"])
            tracks[names[event["pid"], event["tid"]]].append((key, begin["ts"], event["ts"]))
    must(not open_, "not ended:", open_)
    return tracks


def busy_cycles(text, unit):
    """The first figure of the unit's line in the table of units."""
    table = text[text.index("unit (cycles)"):]
    return int(re.search(rf"^ +{unit} +([0-9,]+)", table, re.MULTILINE)[1].replace(",", ""))


def main():
    trace, report = read(sys.argv[1]), read(sys.argv[2])
    events, facts = trace["traceEvents"], trace["otherData"]
    for event in events:
        check_form(event)
    names = {(e["pid"], e["tid"]): e["args"]["name"] for e in events if e.get("name") == "thread_name"}
    slices = {unit: [] for unit in UNITS}
    for event in events:
        if event["ph"] == "X":
            slices[names[event["pid"], event["tid"]]].append(event)
    check_slices(slices)
    flows = check_flows(events, slices, names)

    total = report["cycles"]["total"]
    equal(facts["total_cycles"], total, "total cycles")
    equal(facts["time_unit"], "1 ts = 1 cycle", "time unit")
    for unit in UNITS:
        stalls = collections.Counter()
        for event in slices[unit]:
            if event["cat"] == "stall":
                stalls[event["args"]["cause"]] += event["dur"]
        equal(dict(stalls), report["cycles"]["stalls"][unit], unit, "stalls")
        busy = sum(e["dur"] for e in slices[unit] if e["cat"] == "busy")
        must(busy + sum(stalls.values()) <= total, unit, "has more cycles than there are")
        if len(sys.argv) > 3:
            equal(busy, busy_cycles(open(sys.argv[3]).read(), unit), unit, "busy")

    dram = [e["args"] for e in events if e["ph"] == "C" and e["name"].startswith("DRAM bytes")]
    equal(sum(d["read"] for d in dram), report["memory"]["dram_read_bytes"], "DRAM bytes read")
    equal(sum(d["write"] for d in dram), report["memory"]["dram_write_bytes"], "DRAM bytes written")
    for event in events:
        if event["ph"] == "C":
            must(all(value >= 0 for value in event["args"].values()), "below 0:", event)

    tracks = layer_tracks(events, names)
    cycles = {layer: end - begin for layer, begin, end in tracks["layers"]}
    spans = {layer: (begin, end) for unit in ("mac_array", "vector") for layer, begin, end in tracks[unit]}
    for layer in report["layers"]:
        key = (layer.get("image", 0), layer["name"])
        equal(cycles.get(key, 0), layer["cycles"], layer["name"], "cycles")
        begin, end = spans.get(key, (0, 0))
        equal(end - begin, layer["span_cycles"], layer["name"], "span")
        unit = "mac_array" if layer["kind"] in ON_ARRAY else "vector"
        own = [e for e in slices[unit]
               if (e["args"].get("image", 0), e["args"]["layer"]) == key and e["ts"] >= begin]
        equal(sum(e["dur"] for e in own if e["cat"] == "stall"), layer["stall_cycles"], layer["name"], "stalls")
        must(sum(e["dur"] for e in own) <= layer["span_cycles"], layer["name"], "overflows its span")
    print(f"{len(events)} events, {flows} arrows: valid, and the sums are the report's", file=sys.stderr)
    print("valid, and the sums are the report's")


main()
