"""docs/explanation/evaluation.md explains the metrics and baselines of the registries, and no others."""

from __future__ import annotations

import re
from pathlib import Path

from towhee_recsys.evaluation.baselines import BASELINES
from towhee_recsys.metrics import METRICS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "evaluation.md"


def rows_under(heading):
    """The cells of the tables under a heading of the page, without their headers."""
    section = PAGE.read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:2] == "| "]
    return [row for row in rows if row[0] not in ("metric", "name")]


def test_the_metrics():
    rows = rows_under("Metrics")
    assert [title for title, _ in rows] == [next(iter(each.columns.values())) for each in METRICS.values()]
    for (_, text), metric in zip(rows, METRICS.values(), strict=True):
        assert re.sub(r" \(\[.*", "", text) == metric.help.rstrip(".")


def test_the_baselines():
    rows = [(name.strip("`"), title) for name, title, _ in rows_under("Baselines")]
    assert rows == [(each.name, each.title) for each in sorted(BASELINES.values(), key=lambda each: each.external)]
