"""The figures of the benchmarks as a table and as a Markdown page; every number comes from their JSON."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmarks.rows import Row, from_json

HEAD = """\
# Performance

`make bench DATA=DIR` generates this page and its figures, [performance.json](performance.json), where DIR is the folder
of MovieLens 1M; [CONTRIBUTING.md](../../CONTRIBUTING.md) explains how to run one benchmark. Compared calls are
measured in one run, in turns, after a warm-up, so that a busy machine slows both down; figures are medians unless the
row says otherwise, with quartiles in brackets. Look at the ratios: times depend on the machine.
"""

COLUMNS = ["work", "ours", "compared with", "theirs", "ratio", "to reach", "reached?"]


def page(document: Mapping[str, Any], modules: Mapping[str, Any], pictures: Mapping[str, str]) -> str:
    """The page for the JSON. `modules` are the benchmarks by name, `pictures` titles by file name."""
    rows = {name: from_json(found["rows"]) for name, found in document.items()}
    parts = [
        HEAD,
        *_table([row for each in rows.values() for row in each]),
        "",
        *_shortfalls(rows, modules),
        *(f"\n![{title}]({file})" for file, title in pictures.items()),
        "\n## What the rows mean",
        *(_meaning(name, modules[name], found["run"]) for name, found in document.items()),
    ]
    return "\n".join(parts).rstrip() + "\n"


def table_of(rows: Sequence[Row]) -> tuple[list[str], list[list[str]]]:
    """Column titles and cells."""
    return COLUMNS, [_cells(row) for row in rows]


def _table(rows: Sequence[Row]) -> Iterator[str]:
    yield f"| {' | '.join(COLUMNS)} |"
    yield "|---" * len(COLUMNS) + "|"
    for row in rows:
        work, ours, *others = _cells(row)
        yield f"| {' | '.join([work, f'**{ours}**', *others])} |"


def _cells(row: Row) -> list[str]:
    theirs = "–" if row.theirs is None else _measured(row.theirs, row, "theirs")
    return [
        row.work,
        _measured(row.ours, row, "ours"),
        row.against or "–",
        theirs,
        _ratio(row),
        _limit(row),
        _verdict(row),
    ]


def _measured(value: float, row: Row, whose: str) -> str:
    spread = row.spread.get(whose)
    quartiles = f" [{_number(spread[0])}, {_number(spread[1])}]" if spread else ""
    return f"{_number(value)} {row.unit}".rstrip() + quartiles


def _number(value: float) -> str:
    """Three digits; integers with more digits are shown in full."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _of(row: Row) -> str:
    return row.limit.of if row.limit else "ratio"


def _in_words(value: float, row: Row) -> str:
    """A figure in the form in which it is compared with the row's limit."""
    words = {"ratio": " x", "less": " x less", "difference": f" {row.unit} more", "ours": f" {row.unit}"}
    return (_number(value) + words[_of(row)]).rstrip()


def _ratio(row: Row) -> str:
    return "–" if row.figure is None or _of(row) == "ours" else _in_words(row.figure, row)


def _limit(row: Row) -> str:
    return f"{row.limit.sign} {_in_words(row.limit.bound, row)}" if row.limit else "–"


def _verdict(row: Row) -> str:
    if row.limit is None:
        return "–"
    unit = "x" if _of(row) in ("ratio", "less") else row.unit
    return f"short by {_number(row.short)} {unit}".rstrip() if row.short else "yes"


def _shortfalls(rows: Mapping[str, Sequence[Row]], modules: Mapping[str, Any]) -> Iterator[str]:
    short = [(name, row) for name, found in rows.items() for row in found if row.short]
    yield "What falls short of the figure to reach:\n" if short else "Nothing falls short of the figure to reach."
    for name, row in short:
        why = getattr(modules[name], "WHAT_BOUNDS", {}).get(row.work, "The bottleneck has not been investigated.")
        yield f"- {row.work}: {_verdict(row)}. {' '.join(why.split())}"


def _meaning(name: str, module: Any, run: Mapping[str, Any]) -> str:
    versions = ", ".join(f"{package} {version}" for package, version in run["versions"].items())
    measured = f"Measured on {run['date']}, on {run['cores']} cores ({run['processor']}), with {versions}."
    return f"\n**{name}.** {inspect.getdoc(module)}\n\n{measured}"
