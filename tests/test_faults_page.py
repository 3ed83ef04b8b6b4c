"""docs/explanation/faults.md names tests that exist, under the headings of the table it answers."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "explanation" / "faults.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))


def names_in(file: Path) -> set[str]:
    tree = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    return {node.name for node in tree if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_test_that_the_page_names_exists():
    assert len(NAMED) > 50
    lost = [f"{file}::{name}" for file, name in NAMED if name not in names_in(ROOT / file)]
    assert lost == []


def test_every_row_names_a_test():
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| fault |")]
    assert [row for row in rows if "::test_" not in row] == []


def test_the_headings_are_those_of_the_table():
    assert re.findall(r"^## (.*)$", PAGE, re.M) == [
        "Config",
        "Data",
        "Training",
        "Bundle",
        "Index",
        "Catalogue",
        "Feedback",
        "Query",
        "Service",
        "Output",
    ]
