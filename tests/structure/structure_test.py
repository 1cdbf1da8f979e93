#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Does structure.py find each kind of violation, and only these?"""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import structure  # noqa: E402

SPDX = "// SPDX-License-Identifier: Apache-2.0\n"
TABLE = """
| folder | holds | may include |
| --- | --- | --- |
| `sim/base` | errors | nothing |
| `sim/arith` | rules | base |
| `sim/model` | machine | base, arith |
| `frontend/quantize` | schemes | base, execute/float |
| `frontend/execute` | executors | base, quantize |
| `sim/cli` | all | everything |
"""


class StructureTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)
        self.write("CONTRIBUTING.md", TABLE)
        self.write("CMakeLists.txt", "# SPDX-License-Identifier: Apache-2.0\n")
        self.source("sim/base/errors.h", "#include <vector>")
        self.source("frontend/quantize/scheme.h", '#include "sim/base/errors.h"')
        self.source("frontend/execute/float_executor.h", '#include "sim/base/errors.h"')

    def tearDown(self):
        self.folder.cleanup()

    def write(self, file, text):
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def source(self, file, text):
        self.write(file, SPDX + text + "\n")

    def findings(self):
        return structure.check_tree(self.root)

    def assert_finding(self, *parts):
        findings = self.findings()
        self.assertEqual(len(findings), 1, findings)
        for part in parts:
            self.assertIn(part, findings[0])

    def test_clean_tree(self):
        self.source("sim/arith/round.cpp", '#include "sim/base/errors.h"\n#include <cmath>')
        self.source("sim/cli/main.cpp", '#include <systemc>\n#include "sim/arith/round.h"')
        self.source("sim/arith/round.h", "")
        self.source("frontend/quantize/calibrate.cpp", '#include "frontend/execute/float_executor.h"')
        self.source("frontend/execute/integer.cpp",
                    '#include "frontend/quantize/scheme.h"\n'
                    '#include "frontend/execute/float_executor.h"')
        self.source("tests/unit/all.cpp", '#include "sim/base/errors.h"')
        self.assertEqual(self.findings(), [])

    def test_wrong_direction(self):
        self.source("sim/base/files.cpp", '\n#include "sim/arith/round.h"')
        self.source("sim/arith/round.h", "")
        self.assert_finding("sim/base/files.cpp:3:", "sim/base includes", "must be of nothing else")

    def test_part_of_a_folder_only(self):
        self.source("frontend/execute/integer.h", "")
        self.source("frontend/quantize/calibrate.cpp", '#include "frontend/execute/integer.h"')
        self.assert_finding("frontend/quantize/calibrate.cpp:2:", "frontend/execute/float")

    def test_part_may_not_use_its_user(self):
        self.source("frontend/execute/float_conv.cpp", '#include "frontend/quantize/scheme.h"')
        self.assert_finding("frontend/execute/float_conv.cpp:2:")

    def test_systemc_elsewhere(self):
        self.source("sim/arith/round.cpp", "#include <systemc.h>")
        self.assert_finding("sim/arith/round.cpp:2:", "<systemc.h>", "sim/model/")

    def test_include_beside_the_file(self):
        self.source("sim/base/files.cpp", '#include "errors.h"')
        self.assert_finding("sim/base/files.cpp:2:", "repository's root")

    def test_circle(self):
        self.source("sim/arith/a.h", '#include "sim/arith/b.h"')
        self.source("sim/arith/b.h", '#include "sim/arith/a.h"')
        self.assert_finding("circle of includes: sim/arith/a.h -> sim/arith/b.h -> sim/arith/a.h")

    def test_folder_without_a_row(self):
        self.source("sim/extra/x.h", "")
        self.assert_finding("sim/extra: has no row")

    def test_row_that_names_no_folder(self):
        self.write("CONTRIBUTING.md", TABLE + "| `sim/stats` | counters | bases |\n")
        with self.assertRaisesRegex(ValueError, "bases"):
            self.findings()

    def test_length(self):
        self.source("sim/base/long.cpp", "\n" * 598)
        self.assertEqual(self.findings(), [])
        self.source("sim/base/long.cpp", "\n" * 599)
        self.assert_finding("sim/base/long.cpp:601: got 601 lines, must be at most 600")

    def test_licence_line(self):
        self.write("sim/base/x.cpp", "int x;\n")
        self.assert_finding("sim/base/x.cpp:1: must begin with '// SPDX")
        self.write("sim/base/x.cpp", SPDX)
        self.write("scripts/tool", "#!/bin/bash\necho\n")
        self.assert_finding("scripts/tool:1: must begin with '# SPDX")

    def test_gtest_main(self):
        self.write("tests/unit/CMakeLists.txt", "# SPDX-License-Identifier: Apache-2.0\n"
                   "# not GTest::gtest_main\ntarget_link_libraries(x GTest::gtest_main)\n")
        self.assert_finding("tests/unit/CMakeLists.txt:3: links gtest_main")

    def test_text_without_a_table(self):
        self.write("CONTRIBUTING.md", "nothing here\n")
        self.assert_finding("no table of folders found")


if __name__ == "__main__":
    unittest.main()
