#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the tests of the documentation notice: pages with one fault each."""
import pathlib
import tempfile
import unittest

import check_links
import pages
import recipe
import run_pages

PROGRAM = """#!/bin/sh
case "$1" in
  ok) echo fine; echo "$NAME" ;;
  write) echo text > "$3" ;;
  lose) ;;
  differ) echo no; exit 1 ;;
esac
"""


class Parsing(unittest.TestCase):
    def commands(self, text):
        page = pages.parse_page("docs/x.md", text)
        return pages.commands_of(page), page.findings

    def test_commands_of_several_lines(self):
        found, findings = self.commands(
            "```sh\na \\\n  b   # exit code 2\n\n# words\nfor i in 1 2; do\n  c -o f$i\ndone\n"
            "cat > x <<'END'\nsome 'thing\nEND\n```\n")
        self.assertEqual([c.text.split("\n")[0] for c in found],
                         ["a \\", "for i in 1 2; do", "cat > x <<'END'"])
        self.assertEqual([c.exit_code for c in found], [2, 0, 0])
        self.assertEqual(found[2].line, 9)
        self.assertEqual(findings, [])

    def test_output_belongs_to_the_last_command_or_the_first(self):
        found, _ = self.commands("```sh\na\nb\n```\nprints\n```text\n1\n```\n")
        self.assertEqual([c.output for c in found], ["", "1\n"])
        found, _ = self.commands("```sh\na\nb\n```\n\nThe first prints:\n\n```text\n1\n```\n")
        self.assertEqual([c.output for c in found], ["1\n", ""])

    def test_what_is_no_block_of_a_known_kind(self):
        for text in ("```\nx\n```\n", "```text\nx\n```\n", "```sh\nx\n", "```sh\nx '\n```\n",
                     "```sh\nx\n```\n```text\n1\n```\n```text\n2\n```\n"):
            self.assertEqual(len(self.commands(text)[1]), 1, text)
        page = pages.parse_page("docs/x.md", "words\n\n    npusim run x.yaml\n")
        self.assertEqual(len(list(pages.unfenced_commands(page))), 1)

    def test_files(self):
        page = pages.parse_page("docs/x.md", "`my.yaml`, beside it\nand more:\n\n```yaml\na: 1\n```\n"
                                "As in `x.yaml`:\n\n```yaml\nb: 1\n```\n")
        self.assertEqual(pages.files_of(page), {"my.yaml": "a: 1\n"})


class Running(unittest.TestCase):
    def findings(self, text, entries=None):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "bin").mkdir()
            program = folder / "bin/npusim"
            program.write_text(PROGRAM)
            program.chmod(0o755)
            exceptions = run_pages.Exceptions({"elsewhere": [], "not_compared": [],
                                               **(entries or {})})
            page = pages.parse_page("docs/x.md", text)
            found, _ = run_pages.run_page(page, exceptions, folder / "bin", folder / "page",
                                          folder / "cache")
            return found + exceptions.findings + list(exceptions.stale(["docs/x.md"]))

    def test_what_holds(self):
        self.assertEqual(self.findings(
            "```sh\nexport NAME=kept\nscripts/npusim ok\n```\n```text\nfine\nkept\n```\n"
            "```sh\nnpusim write -o a\nnpusim differ  # exit code 1\n```\n```text\n...\n```\n"), [])

    def test_what_does_not(self):
        for text, words in (("npusim differ", "exit code 1, must be 0"),
                            ("npusim ok  # exit code 1", "exit code 0, must be 1"),
                            ("npusim lose -o a", "did not write a"),
                            ("exit 3\nnpusim ok", "did not end"),
                            ("npusim ok\n```\n```text\nother", "-other")):
            found = self.findings(f"```sh\n{text}\n```\n")
            self.assertTrue(found and words in found[-1], (text, found))

    def test_exceptions(self):
        entry = {"page": "docs/x.md", "commands": ["npusim differ"], "why": "so", "by": "README.md",
                 "words": "npusim"}
        text = "```sh\nnpusim differ  # words\n```\n"
        self.assertEqual(self.findings(text, {"elsewhere": [entry]}), [])
        self.assertIn("has no command", self.findings("", {"elsewhere": [entry]})[0])
        for change in ({"by": "nowhere.md"}, {"words": "not in the README"}, {"why": " "},
                       {"page": "docs/nowhere.md"}):
            self.assertTrue(self.findings(text, {"elsewhere": [{**entry, **change}]}), change)


class Links(unittest.TestCase):
    def findings(self, **texts):
        """Of a tree in which all is well but for these pages."""
        tree = {"README.md": "[book](docs/index.md)", "docs/index.md": "[a](a.md#one-word)",
                "docs/a.md": "# One `word`\n"}
        tree.update({name.replace("_", "/", 1) + ".md": text for name, text in texts.items()})
        with tempfile.TemporaryDirectory() as name:
            root = pathlib.Path(name)
            (root / "docs").mkdir()
            for file, text in tree.items():
                (root / file).write_text(text)
            return check_links.check_all(root)

    def test_links(self):
        self.assertEqual(self.findings(), [])
        for texts in ({"README": "nothing"}, {"docs_index": "[a](a.md) [b](b.md)"},
                      {"docs_index": "[a](a.md#two)"}, {"docs_b": "not listed"},
                      {"docs_a": "# One word\n`sim/nowhere.h`"},
                      {"docs_a": "# One word\n`nowhere.h`"}):
            self.assertEqual(len(self.findings(**texts)), 1, texts)


class Recipes(unittest.TestCase):
    FILE = "one\ntwo\nthree\ntwo\nfour\n"

    def test_changes(self):
        self.assertEqual(recipe.changed(self.FILE, [" three", "+3", "-two", "...", "+4", " four"], ""),
                         "one\ntwo\nthree\n3\n4\nfour\n")

    def test_what_is_not_there_once(self):
        for lines in ([" five", "+5"], [" two", "+2"], ["+6"], ["three"], [" one", " three"]):
            with self.assertRaises(SystemExit, msg=lines):
                recipe.changed(self.FILE, lines, "")


if __name__ == "__main__":
    unittest.main()
