"""Pictures as SVG inside the page: their texts take its font, their colours follow its light and dark."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from markupsafe import Markup

INK, LINE = "#00000a", "#00000b"
MODELS = 5
"""The number of models that have a colour of their own."""

COLOURS = {INK: "var(--ink)", LINE: "var(--line)"} | {f"#0000f{n}": f"var(--s{n})" for n in range(MODELS)}
"""Placeholder colours, and the colours of style.css that replace them."""

MARKERS = "os^Dv"


@dataclass(frozen=True)
class Series:
    """A line through (x, y) in the colour of a model's position; at `mark`, if it is one of `x`, there is a dot."""

    x: Sequence[float]
    y: Sequence[float]
    colour: int
    dashed: bool = False
    mark: float | None = None


def lines(name: str, title: str, series: Sequence[Series], xlabel: str, *, whole: bool = True) -> Markup:
    """A picture of lines. `name` is unique on the page; the marks of x are `whole` numbers, or any."""
    figure, axes = _empty(xlabel)
    for each in series:
        style = "--" if each.dashed else "-"
        axes.plot(each.x, each.y, style, color=f"#0000f{each.colour}", linewidth=1.6)
        dot = [(x, y) for x, y in zip(each.x, each.y, strict=True) if x == each.mark]
        axes.plot(*zip(*dot, strict=True), "o", color=f"#0000f{each.colour}") if dot else None
    axes.xaxis.get_major_locator().set_params(integer=whole)
    return _svg(figure, name, title)


def points(name: str, title: str, places: Sequence[tuple[float, float]], xlabel: str, ylabel: str) -> Markup:
    """A picture of points (x, y), each with a marker and colour of its own; y is a share, x begins at 0."""
    import numpy as np

    figure, axes = _empty(xlabel)
    for number, (x, y) in enumerate(places):
        axes.plot(
            x,
            y,
            MARKERS[number % len(MARKERS)],
            color=f"#0000f{number % MODELS}",
            markersize=8,
            alpha=0.85,
            clip_on=False,
        )
    lowest = min(y for _, y in places)
    axes.set_ylim(bottom := max(0, min(0.9, lowest - 0.05)), 1)
    axes.set_yticks(np.linspace(bottom, 1, 6))
    axes.set_xlim(0, 1.2 * max(x for x, _ in places))
    axes.set_ylabel(ylabel, color=INK)
    return _svg(figure, name, title)


def _empty(xlabel: str) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.2, 2.7), layout="constrained")  # as wide as a phone: its texts are not scaled down
    figure.patch.set_alpha(0)
    axes = figure.subplots()
    axes.patch.set_alpha(0)
    axes.set_xlabel(xlabel, color=INK)
    axes.tick_params(colors=INK, labelsize=9)
    axes.grid(color=LINE, linewidth=0.6)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(LINE)
    return figure, axes


def _svg(figure: Any, name: str, title: str) -> Markup:
    """The figure as an `<svg>`: the same bytes for the same figure, with ids that no other picture has."""
    import matplotlib
    from markupsafe import Markup, escape

    file = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": name, "svg.fonttype": "none"}):
        figure.savefig(file, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    text = file.getvalue()[file.getvalue().index("<svg") :]
    text = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{name}-", text)
    for drawn, meant in COLOURS.items():
        text = text.replace(drawn, meant)
    return Markup(text.replace("<svg", f'<svg role="img" aria-label="{escape(title)}"', 1))
