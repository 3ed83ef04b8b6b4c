"""The README: short, its figures are those that were measured, and its config is that of the example."""

from __future__ import annotations

import json
import re
from pathlib import Path

import yaml

from benchmarks.performance_page import table_of
from benchmarks.quality_found import Figures
from benchmarks.quality_table import lines, table
from benchmarks.rows import from_json
from tests.docs.pages import ROOT, cells, links, tables

README = (ROOT / "README.md").read_text(encoding="utf-8")
MEASURED = ROOT / "docs" / "explanation"
QUALITY = json.loads((MEASURED / "quality.json").read_text(encoding="utf-8"))
SPEED = json.loads((MEASURED / "performance.json").read_text(encoding="utf-8"))
OTHERS, QUALITY_TABLE, SPEED_TABLE = tables(README)


def test_it_has_at_most_150_lines() -> None:
    assert len(README.splitlines()) <= 150


def test_its_links_lead_somewhere() -> None:
    for target in links(README):
        assert (ROOT / target.partition("#")[0]).exists(), target


def test_its_smallest_config_is_that_of_the_example() -> None:
    shown = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)[0]
    assert yaml.safe_load(shown) == yaml.safe_load((ROOT / "examples/shop/smallest.yaml").read_text(encoding="utf-8"))


def test_its_figures_of_quality_are_those_that_were_measured() -> None:
    measured = [cells(line) for line in table(lines(Figures(QUALITY), SPEED["learning"]))]
    figures = {(row, figure): (ours, peers) for row, figure, peers, _, ours, *_ in measured}
    for row, figure, ours, others in QUALITY_TABLE[1:]:
        assert (ours, others) == figures[row, figure]


def test_its_figures_of_quality_are_of_the_default_model() -> None:
    page = (MEASURED / "quality.md").read_text(encoding="utf-8")
    for row, *_ in QUALITY_TABLE[1:]:
        [meaning] = re.findall(rf"^\*\*{row}\.\*\*.*$", page, re.MULTILINE)
        assert "model `default`" in meaning


def test_its_figures_of_speed_are_those_that_were_measured() -> None:
    rows = [row for each in SPEED.values() for row in table_of(from_json(each["rows"]))[1]]
    measured = {work: [_middle(ours), against, _middle(theirs)] for work, ours, against, theirs, *_ in rows}
    for work, *figures in SPEED_TABLE[1:]:
        assert figures == measured[work]


def test_its_pictures_are_small() -> None:
    for picture in re.findall(r"!\[[^]]+\]\(([^)]+)\)", README):
        assert Path(ROOT / picture).stat().st_size <= 1_000_000


def _middle(measured: str) -> str:
    """A figure without its quartiles."""
    return measured.partition(" [")[0]
