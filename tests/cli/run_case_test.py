#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Does run_case.py accept what it should, and nothing else?"""
import contextlib
import io
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import run_case  # noqa: E402


class RunCaseTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name).resolve()
        (self.root / "bin").mkdir()
        tool = self.root / "bin/tool"
        tool.write_text("#!/bin/bash\necho \"tool $*\"\n")
        tool.chmod(0o755)

    def tearDown(self):
        self.folder.cleanup()

    def check(self, script, update=False, **files):
        case = self.root / "case.sh"
        case.write_text(script)
        for suffix, text in files.items():
            case.with_suffix("." + suffix).write_text(text)
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            code = run_case.check(case, self.root / "bin", update)
        self.said = said.getvalue()
        return code

    def test_exact(self):
        self.assertEqual(self.check("tool 1 2", stdout="tool 1 2\n"), 0)
        self.assertEqual(self.check("tool 1 3", stdout="tool 1 2\n"), 1)
        self.assertIn("-tool 1 2\n+tool 1 3", self.said)

    def test_exact_lines_are_no_patterns(self):
        self.assertEqual(self.check("echo aXc", stdout="a.c\n"), 1)

    def test_newline_at_the_end(self):
        self.assertEqual(self.check("printf a", stdout="a\n"), 1)
        self.assertIn("newline", self.said)
        self.assertEqual(self.check("printf a", stdout="a"), 0)

    def test_output_that_no_file_expects(self):
        self.assertEqual(self.check("echo x"), 1)
        self.assertEqual(self.check("echo x >&2"), 1)
        self.assertEqual(self.check("true"), 0)

    def test_missing_line(self):
        self.assertEqual(self.check("echo a", stdout="a\nb\n"), 1)

    def test_exit_code(self):
        self.assertEqual(self.check("exit 2"), 1)
        self.assertEqual(self.check("exit 2", exit="2\n"), 0)
        self.assertEqual(self.check("exit 0", exit="2\n"), 1)

    def test_regular_expression(self):
        self.assertEqual(self.check("echo took 12 s", stdout="~ took \\d+ s\n"), 0)
        self.assertEqual(self.check("echo took 12 seconds", stdout="~ took \\d+ s\n"), 1)
        self.assertEqual(self.check("echo b", stdout="~ a|b\n"), 0)
        self.assertEqual(self.check("echo a; echo b", stdout="~ .*\n"), 1)

    def test_any_lines(self):
        expected = "first\n...\nlast\n"
        self.assertEqual(self.check("printf 'first\\nx\\ny\\nlast\\n'", stdout=expected), 0)
        self.assertEqual(self.check("printf 'first\\nlast\\n'", stdout=expected), 0)
        self.assertEqual(self.check("printf 'first\\nx\\n'", stdout=expected), 1)

    def test_folders_have_names(self):
        self.assertEqual(self.check("pwd; echo $CASE_DIR", stdout="{dir}\n{case}\n"), 0)
        self.assertEqual(self.check(f"echo {run_case.SOURCE}/x", stdout="{source}/x\n"), 0)

    def test_runs_in_an_empty_folder_without_input(self):
        self.assertEqual(self.check("ls -A; cat"), 0)

    def test_environment_is_its_own(self):
        self.assertEqual(self.check("echo \"${NPUSIM_CACHE-unset}\"; ls -A \"$HOME\"", stdout="\nwork\n"), 0)

    def test_skipped(self):
        self.assertEqual(self.check("echo no assets >&2; exit 77"), run_case.SKIPPED)
        self.assertIn("no assets", self.said)

    def test_update(self):
        self.assertEqual(self.check("echo a; echo b >&2; exit 3", update=True, stdout="old\n"), 0)
        self.assertEqual(self.check("echo a; echo b >&2; exit 3"), 0)
        self.assertEqual(self.check("true", update=True), 0)
        self.assertEqual([file.name for file in self.root.glob("case.*")], ["case.sh"])

    def test_update_keeps_patterns_that_match(self):
        self.check("echo a1", update=True, stdout="~ a\\d\n")
        self.assertEqual((self.root / "case.stdout").read_text(), "~ a\\d\n")


if __name__ == "__main__":
    unittest.main()
