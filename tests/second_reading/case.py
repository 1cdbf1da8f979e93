# SPDX-License-Identifier: Apache-2.0
"""A case folder as dump_cases writes it: case.json beside data.bin. Where the JSON says
{"at": A, "count": N, "type": T}, N values of T (float32, float64, int8, int32, little-endian) lie
at byte A of data.bin."""
import json
import pathlib

import numpy

TYPES = {"float32": "<f4", "float64": "<f8", "int8": "i1", "int32": "<i4"}


def load(folder):
    folder = pathlib.Path(folder)
    data = (folder / "data.bin").read_bytes()

    def blob(values):
        if values.keys() != {"at", "count", "type"}:
            return values
        return numpy.frombuffer(data, TYPES[values["type"]], values["count"], values["at"])

    return json.loads((folder / "case.json").read_text(), object_hook=blob)
