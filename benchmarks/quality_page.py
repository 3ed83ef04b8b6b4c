"""The figures of the benchmark as a Markdown page; every number on it comes from its JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.quality_found import LESS_IS_MORE, Figures
from benchmarks.quality_models import MODELS
from benchmarks.quality_rows import ROWS, Figure, Row
from benchmarks.quality_sections import ablation, in_time, slices
from benchmarks.quality_table import WORK_ROW, least_work, lines, shortfalls, table

HEAD = """\
# Quality on MovieLens 1M

`make bench-quality DATA=DIR` generates this page and its figures, [quality.json](quality.json). A figure is the mean
over several draws of a protocol, ± their standard deviation. For each draw the model is trained from scratch on the
training part; the other libraries are fitted to the same ratings and evaluated in the same way. *Published* are figures
of papers for the same kind of split, on draws of their own: they were not measured here.
[evaluation.md](evaluation.md) explains protocols and metrics, [objectives.md](objectives.md) what the models learn.

Settings were chosen on validation data inside the training part, or on other draws. The test parts of the draws shown
were not used to choose settings. The models:

{models}

The settings of the other libraries are in their [code](../../towhee_recsys/evaluation/baselines). Measured on {cores}
cores, on the dates under [What the rows mean](#what-the-rows-mean), with
{versions}.
"""

PEERS_BEFORE = """
SVD++, SVD, iALS, BPR and the oracle were measured on {date}: their figures depend on the draws and on the versions
of the libraries, and are measured again only when these change.
"""

EPOCHS = Figure("epochs", "epochs", LESS_IS_MORE)

WORK_MEANING = """
**{row}.** Processor seconds of training, of all cores together, until the RMSE of Surprise's SVD++ on rating-90-10,
beside those of SVD++ itself. [performance.md](performance.md) says how this is measured; it was on {date}."""


def page(document: dict[str, Any], speed: Mapping[str, Any] | None = None) -> str:
    """The page for the benchmark's JSON; `speed` is the JSON of docs/explanation/performance.md."""
    figures, learning = Figures(document), (speed or {}).get("learning")
    found = lines(figures, learning)
    parts = [
        _head(figures),
        *table(found),
        "",
        *shortfalls(found),
        *slices(figures),
        *in_time(figures),
        "",
        *_meanings(figures, learning),
        *ablation(figures),
    ]
    return "\n".join(parts).rstrip() + "\n"


def _head(figures: Figures) -> str:
    run, date = figures.run, figures.peers_measured()
    models = [f"- `{name}`: {_described(name)}" for name in MODELS]
    versions = ", ".join(f"{name} {version}" for name, version in run["versions"].items())
    peers = PEERS_BEFORE.format(date=date) if date else ""
    return HEAD.format(models="\n".join(models), cores=run["cores"], versions=versions) + peers


def _described(name: str) -> str:
    model = MODELS[name]
    changes = [f"`{key}: {'none' if value is None else value}`" for key, value in model.settings.items()]
    changes += [f"no feature of the kind `{kind}`" for kind in model.without]
    return ", ".join(["[movielens_1m.yaml](../../configs/movielens_1m.yaml)", *changes])


def _drawn(row: Row, figures: Figures) -> str:
    seeds = ", ".join(map(str, figures.seeds(row)))
    epochs, measured = figures.ours(row, EPOCHS), figures.measured(row)
    trained = f", {epochs.mean:g} epochs" if epochs else ""
    when = f", measured on {measured}" if measured else ""
    return f"Protocol `{row.protocol}`, model `{row.model}`{trained}, seeds {seeds}{when}."


def _meanings(figures: Figures, learning: Mapping[str, Any] | None) -> Iterator[str]:
    yield "## What the rows mean"
    for name, row in ROWS.items():
        yield f"\n**{name}.** {row.meaning} ({_drawn(row, figures)})"
    if learning and least_work(learning):
        yield WORK_MEANING.format(row=WORK_ROW, date=learning["run"]["date"])
