"""CONTRIBUTING names files and lines that there are."""

from __future__ import annotations

import re

import pytest

from tests.docs.pages import ROOT, links

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
LINES = re.findall(r"\[`(\w+)`\]\(([^)#]+)#L(\d+)\)", TEXT)
FOLDERS = ("towhee_recsys", "operators", "pipelines", "configs", "benchmarks", "tests", "docs", "examples")


def test_it_fits_on_a_few_screens() -> None:
    assert len(TEXT.splitlines()) < 130


@pytest.mark.parametrize(("name", "file", "line"), LINES, ids=[f"{file}-{name}" for name, file, _ in LINES])
def test_each_name_is_on_the_line_that_is_given(name: str, file: str, line: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8").splitlines()
    found = [number for number, each in enumerate(text, 1) if re.search(rf"\b{name}\b", each)]
    assert int(line) in found, f"{name} is on {found} of {file}, not on line {line}: correct CONTRIBUTING.md"


def test_the_files_that_it_names_are_there() -> None:
    named = {target.partition("#")[0] for target in links(TEXT)}
    named |= set(re.findall(rf"`((?:{'|'.join(FOLDERS)})/[\w./]+)`", TEXT))
    missing = [name for name in sorted(named) if not (ROOT / name).exists()]
    assert missing == []
