"""The pictures of the page: latencies of requests, and the cost of size. Drawn from the `detail` of rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

WIDTH, HEIGHT = 5.0, 3.2
"""The size of one diagram in inches."""


def draw(document: Mapping[str, Any], folder: Path) -> dict[str, str]:
    """Writes the pictures into `folder`; returns their titles by file name."""
    drawn = {
        "performance-latency.svg": ("How long requests take", _details(document, "distribution"), _percentiles),
        "performance-size.svg": ("What the size of the catalogue costs", _details(document, "curve"), _curves),
    }
    there = {file: what for file, what in drawn.items() if what[1]}
    for file, (_, details, diagram) in there.items():
        _write(folder / file, details, diagram)
    return {file: title for file, (title, *_) in there.items()}


def _details(document: Mapping[str, Any], key: str) -> list[tuple[Mapping[str, Any], Any]]:
    rows: Iterator[Mapping[str, Any]] = (row for each in document.values() for row in each["rows"])
    return [(row, row["detail"][key]) for row in rows if key in row["detail"]]


def _write(file: Path, details: Sequence[tuple[Mapping[str, Any], Any]], diagram: Any) -> None:
    import matplotlib
    from matplotlib.figure import Figure

    across = min(2, len(details))
    down = -(-len(details) // across)
    with matplotlib.rc_context({"svg.hashsalt": "towhee_recsys", "svg.fonttype": "none", "font.size": 8}):
        figure = Figure(figsize=(WIDTH * across, HEIGHT * down), layout="constrained")
        places = figure.subplots(down, across, squeeze=False).flat
        for (row, detail), axes in zip(details, places, strict=False):  # in this order it takes no place too many
            diagram(axes, row, detail)
            axes.grid(alpha=0.3)
            axes.legend()
        for axes in places:  # what is left of them
            axes.remove()
        figure.savefig(file, metadata={"Date": None})


def _percentiles(axes: Any, row: Mapping[str, Any], lines: Mapping[str, Sequence[float]]) -> None:
    """The share of requests that are answered within a time, by name; `lines` are percentiles 0 to 100."""
    from matplotlib.ticker import LogLocator

    for name, values in lines.items():
        axes.plot(values, range(101), label=name)
    title = row["work"].rpartition(",")[0]  # without the percentile
    axes.set(title=title, xlabel=row["unit"], ylabel="% answered", xscale="log", ylim=(0, 100))
    axes.xaxis.set_major_formatter("{x:g}")
    axes.xaxis.set_minor_formatter("")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))


def _curves(axes: Any, row: Mapping[str, Any], curve: Mapping[str, Any]) -> None:
    """`curve` has the labels x and y of the axes, and lines: points (size, figure) by name."""
    for name, points in curve["lines"].items():
        axes.plot(*zip(*points, strict=True), marker="o", label=name)
    axes.set(title=row["work"], xlabel=curve["x"], ylabel=curve["y"], xscale="log", yscale="log")
