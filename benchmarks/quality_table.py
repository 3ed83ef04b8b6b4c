"""The table of the page: each figure beside its targets, and what falls short of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.quality_found import LESS_IS_MORE, Figures, Found, gap
from benchmarks.quality_rows import ROWS, Figure, Published, Row

NAMES = {
    "svdpp": "SVD++",
    "svd": "SVD",
    "ease": "EASE",
    "ials": "iALS",
    "bpr": "BPR",
    "item_knn": "ItemKNN",
    "group_popularity": "popularity by gender and age",
    "content_profile": "taste in genres",
    "mean_rating": "mean rating",
}

WORK = Figure("processor seconds to the RMSE of SVD++", "seconds", LESS_IS_MORE, 10, 5)
"""A figure of benchmarks/learning.py, which is among those of speed."""

WORK_ROW, WORK_ENDS = "training-work", "to the RMSE of Surprise's SVD++"


@dataclass(frozen=True)
class Line:
    """A line of the table: its row, the figure, the peers' figures as text, ours if measured, and the row's draws."""

    name: str
    figure: Figure
    peers: str
    ours: Found | None
    draws: int

    @property
    def short(self) -> float | None:
        """By how much ours misses the figure to reach; 0 or less if it does not, None if that is unknown."""
        bound = self.figure.bound
        return None if self.ours is None or bound is None else gap(self.figure, self.ours, bound)


def lines(figures: Figures, learning: Mapping[str, Any] | None) -> list[Line]:
    """The lines of the table; `learning` is what docs/explanation/performance.json has of benchmarks/learning.py."""
    found = [
        Line(name, figure, _peers(row, figure, figures), figures.ours(row, figure), len(figures.seeds(row)))
        for name, row in ROWS.items()
        for figure in row.figures
    ]
    work = least_work(learning)
    return (
        [*found, Line(WORK_ROW, WORK, f"SVD++ {work['theirs']:.1f}", Found(work["ours"], 0.0, 1), 1)] if work else found
    )


def least_work(learning: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The row of the least work to the RMSE of SVD++; None if it was not measured."""
    rows: Sequence[Mapping[str, Any]] = learning["rows"] if learning else ()
    return min((row for row in rows if row["work"].endswith(WORK_ENDS)), key=lambda row: row["ours"], default=None)


def table(lines: Sequence[Line]) -> Iterator[str]:
    """The lines as a Markdown table."""
    yield "| row | figure | peers, same draws | published | ours | to reach | reached? | moonshot |"
    yield "|---|---|---|---|---|---|---|---|"
    for line in lines:
        figure, published = line.figure, "; ".join(_published(each) for each in line.figure.published)
        cells = [
            line.name,
            figure.what,
            line.peers or "–",
            published or "–",
            f"**{_shown(line.ours, figure)}**{_fewer(line.ours, line.draws)}",
        ]
        cells += [_bound(figure, figure.bound), _verdict(line), _bound(figure, figure.moonshot)]
        yield f"| {' | '.join(cells)} |"


def shortfalls(lines: Sequence[Line]) -> Iterator[str]:
    """What falls short of the figure to reach."""
    bounded = [line for line in lines if line.figure.bound is not None]
    short = [line for line in bounded if line.short is not None and line.short > 0]
    if short:
        yield "What falls short of the figure to reach:\n"
        yield from (f"- {line.name}, {line.figure.what}: {_verdict(line)}" for line in short)
    elif all(line.short is not None for line in bounded):
        yield "Nothing falls short of the figure to reach."


def _peers(row: Row, figure: Figure, figures: Figures) -> str:
    return "; ".join(_peer(each, row, figure, figures) for each in figure.shown)


def _peer(name: str, row: Row, figure: Figure, figures: Figures) -> str:
    found = figures.theirs(name, row, figure.metric)
    return f"{NAMES.get(name, name)} {_shown(found, figure)}{_fewer(found, len(figures.seeds(row)))}"


def _fewer(found: Found | None, draws: int) -> str:
    return f" ({found.draws} of {draws} draws)" if found and found.draws < draws else ""


def _published(each: Published) -> str:
    return f"[{each.name}]({each.source}) {each.value:g}"


def _shown(found: Found | None, figure: Figure) -> str:
    if found is None:
        return "not measured"
    deviation = f" ± {_number(found.deviation, figure)}" if found.draws > 1 else ""
    return _number(found.mean, figure) + deviation


def _number(value: float, figure: Figure) -> str:
    return f"{value:.1f}" if figure.metric == "seconds" else f"{value:.4f}"


def _bound(figure: Figure, bound: float | None) -> str:
    return "–" if bound is None else f"{'≤' if figure.sign == LESS_IS_MORE else '≥'} {bound:g}"


def _verdict(line: Line) -> str:
    figure, ours, short = line.figure, line.ours, line.short
    if ours is None or short is None:
        return "–"
    if figure.moonshot is not None and gap(figure, ours, figure.moonshot) <= 0:
        return "yes, and the moonshot"
    return "yes" if short <= 0 else f"short by {_number(short, figure)}"
