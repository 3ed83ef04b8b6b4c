"""The figures of the benchmark as a Markdown page; every number on it comes from its JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.quality_found import LESS_IS_MORE, Figures, Found, gap
from benchmarks.quality_rows import MODELS, ROWS, Figure, Row

NAMES = {
    "svdpp": "SVD++",
    "svd": "SVD",
    "ease": "EASE",
    "ials": "iALS",
    "bpr": "BPR",
    "item_knn": "ItemKNN",
    "group_popularity": "popularity by gender and age",
    "content_profile": "taste in genres",
}

HEAD = """\
# Quality on MovieLens 1M

`make bench-quality DATA=DIR` generates this page and its figures, [quality.json](quality.json). A figure is the mean
over several draws of a protocol, ± their standard deviation. For each draw the model is trained from scratch on the
training part; the other libraries are fitted to the same ratings and evaluated in the same way, in the same run.
[evaluation.md](evaluation.md) explains protocols and metrics, [objectives.md](objectives.md) what the models learn.

Settings were chosen on validation data inside the training part, and those of fold-in on another draw, with seed 7. The
test parts of the draws shown were not used to choose settings. The models:

{models}

The settings of the other libraries are in their [code](../towhee_recsys/evaluation/baselines).

Measured on {date}, on {cores} cores, with
{versions}.
"""

ABLATION = """\
The default model, and the difference when a feature is left out, on a single draw, with the 95 % interval over users in
brackets. A lower NDCG and a higher RMSE mean that the feature helps.
"""


EPOCHS = Figure("epochs", "epochs", LESS_IS_MORE, 0)


def page(document: dict[str, Any]) -> str:
    """The page for the benchmark's JSON."""
    figures = Figures(document)
    parts = [
        _head(figures.run),
        *_table(figures),
        "",
        *_shortfalls(figures),
        "",
        *_meanings(figures),
        *_ablation(figures),
    ]
    return "\n".join(parts).rstrip() + "\n"


def _head(run: dict[str, Any]) -> str:
    models = [f"- `{name}`: {_described(name)}" for name in MODELS]
    versions = ", ".join(f"{name} {version}" for name, version in run["versions"].items())
    return HEAD.format(models="\n".join(models), date=run["date"], cores=run["cores"], versions=versions)


def _described(name: str) -> str:
    model = MODELS[name]
    changes = [f"`{key}: {value}`" for key, value in model.settings.items()]
    changes += [f"no feature of the kind `{kind}`" for kind in model.without]
    return ", ".join(["[movielens_1m.yaml](../configs/movielens_1m.yaml)", *changes])


def _lines() -> Iterator[tuple[str, Row, Figure]]:
    return ((name, row, figure) for name, row in ROWS.items() for figure in row.figures)


def _table(figures: Figures) -> Iterator[str]:
    yield "| row | figure | peers, same draws | ours | to reach | reached? |"
    yield "|---|---|---|---|---|---|"
    for name, row, figure in _lines():
        ours = figures.ours(row, figure)
        peers = "; ".join(_peer(each, row, figure, figures) for each in figure.shown) or "–"
        sign = "≤" if figure.sign == LESS_IS_MORE else "≥"
        cells = [
            name,
            figure.what,
            peers,
            f"**{_shown(ours, figure)}**",
            f"{sign} {figure.bound:g}",
            _verdict(figure, ours),
        ]
        yield f"| {' | '.join(cells)} |"


def _peer(name: str, row: Row, figure: Figure, figures: Figures) -> str:
    found = figures.theirs(name, row, figure.metric)
    draws = len(figures.seeds(row))
    fewer = f" ({found.draws} of {draws} draws)" if found and found.draws < draws else ""
    return f"{NAMES.get(name, name)} {_shown(found, figure)}{fewer}"


def _shown(found: Found | None, figure: Figure) -> str:
    if found is None:
        return "not measured"
    deviation = f" ± {_number(found.deviation, figure)}" if found.draws > 1 else ""
    return _number(found.mean, figure) + deviation


def _number(value: float, figure: Figure) -> str:
    return f"{value:.1f}" if figure.metric == "seconds" else f"{value:.4f}"


def _verdict(figure: Figure, ours: Found | None) -> str:
    if ours is None:
        return "–"
    return "yes" if gap(figure, ours) <= 0 else f"short by {_number(gap(figure, ours), figure)}"


def _shortfalls(figures: Figures) -> Iterator[str]:
    found = [(name, figure, figures.ours(row, figure)) for name, row, figure in _lines()]
    short = [(name, figure, ours) for name, figure, ours in found if ours and gap(figure, ours) > 0]
    if short:
        yield "What falls short of the figure to reach:\n"
        yield from (f"- {name}, {figure.what}: {_verdict(figure, ours)}" for name, figure, ours in short)
    elif all(ours for *_, ours in found):
        yield "Nothing falls short of the figure to reach."


def _drawn(row: Row, figures: Figures) -> str:
    seeds = ", ".join(map(str, figures.seeds(row)))
    epochs = figures.ours(row, EPOCHS)
    trained = f", {epochs.mean:g} epochs" if epochs else ""
    return f"Protocol `{row.protocol}`, model `{row.model}`{trained}, seeds {seeds}."


def _meanings(figures: Figures) -> Iterator[str]:
    yield "## What the rows mean"
    for name, row in ROWS.items():
        yield f"\n**{name}.** {row.meaning} ({_drawn(row, figures)})"


def _ablation(figures: Figures) -> Iterator[str]:
    lines = figures.differences()
    if not lines:
        return
    columns = list(dict.fromkeys((line["protocol"], line["metric"]) for line in lines))
    found = {(line["feature"], line["protocol"], line["metric"]): line for line in lines}
    first, *others = dict.fromkeys(line["feature"] for line in lines)
    yield f"\n## Ablation: what each feature adds\n\n{ABLATION}"
    yield "| | " + " | ".join(f"{metric.upper()}, {protocol}" for protocol, metric in columns) + " |"
    yield "|---" * (len(columns) + 1) + "|"
    yield f"| {first} | " + " | ".join(f"{found[(first, *column)]['figure']:.4f}" for column in columns) + " |"
    for name in others:
        yield f"| without {name} | " + " | ".join(_worth(found.get((name, *column))) for column in columns) + " |"


def _worth(line: dict[str, Any] | None) -> str:
    if line is None:
        return "–"
    interval = "" if line["low"] is None else f" [{line['low']:+.4f}, {line['high']:+.4f}]"
    return f"{line['difference']:+.4f}{interval}"
