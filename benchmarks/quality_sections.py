"""The sections of the page below its table: slices, examples in time, and the ablation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from benchmarks.planted_page import shown
from benchmarks.quality_found import Figures, when
from benchmarks.quality_in_time import IN_TIME
from benchmarks.quality_rows import SLICED
from benchmarks.quality_slices import Slice

SLICES = """
## Slices: before and now

Figures of groups of users and of items, as in the [report](evaluation.md#the-report), of the model `before` and of
`default`, on a single draw, with the 95 % interval of the difference over users (a paired bootstrap) in brackets. The
model `before` has the settings of version 0.1.0, and everything else as it is now. NDCG@10 and RMSE of a group of users
are those of its users; Recall@10 and RMSE of a group of items are those of its items. A slice is **worse** where the
whole interval is on the wrong side; of slices that do not differ, one in forty looks so by chance.
"""

POPULAR = """
What is gained is gained on items with 1,000 interactions and more: the lists have more of them than those of the model
`before`, and so fewer of the others. A site that wants more of the others shown can raise `diversity`.
"""

TIMES = """
## Implicit feedback, the last interaction held out

Held out is what each user came to last, by the times in the data (protocol `leave-last-out`); an item with its earlier
events. Figures are NDCG@10, the mean of {seeds} seeds ± their standard deviation; a seed draws the validation part and
the first weights. The model has the settings of the config, those of the others are chosen from a grid on validation
data inside the training part. [planted.md](planted.md) has more of this. The data are

{sources}
"""

ABLATION = """
## Ablation: what each feature adds

The default model, and the difference when a feature is left out, on a single draw, with the 95 % interval over users in
brackets. A lower NDCG and a higher RMSE mean that the feature helps.
"""

STALE = """\
These figures are of an earlier model with other settings, and show what features were to it. They take hours, and were
not measured again since.
"""


def slices(figures: Figures) -> Iterator[str]:
    """The comparison with the model before by slices; nothing if it was not measured."""
    found = {protocol: figures.slices(protocol) for protocol in SLICED}
    if not any(found.values()):
        return
    yield SLICES
    yield from _worse([(protocol, each) for protocol, lines in found.items() for each in lines if each.by])
    for protocol, lines in found.items():
        for metric in dict.fromkeys(each.metric for each in lines):
            yield f"\n{_titled(metric)}, {protocol}, seed {figures.run['seed']}:\n"
            yield "| | group | users | before | now | difference |"
            yield "|---|---|---|---|---|---|"
            yield from (_slice(each) for each in lines if each.metric == metric)


def _worse(lines: list[tuple[str, Slice]]) -> Iterator[str]:
    worse = [(protocol, each) for protocol, each in lines if each.worse]
    if not worse:
        yield f"None of the {len(lines)} slices is worse."
        return
    yield f"Of {len(lines)} slices, {len(worse)} {'is' if len(worse) == 1 else 'are'} worse:\n"
    for protocol, each in worse:
        yield f"- {_titled(each.metric)}, {protocol}, {each.of} by {each.by}, {each.label}: {_change(each)}"
    if any(
        each.metric == "recall@10" and each.by == "training interactions" and each.of == "items" for _, each in worse
    ):
        yield POPULAR


def _slice(each: Slice) -> str:
    by = f"{each.of} by {each.by}" if each.by else ""
    mark = " **worse**" if each.worse and each.by else ""
    return f"| {by} | {each.label} | {each.size:,} | {each.before:.4f} | {each.now:.4f} | {_change(each)}{mark} |"


def _change(each: Slice) -> str:
    return f"{each.now - each.before:+.4f} [{each.low:+.4f}, {each.high:+.4f}]"


def _titled(metric: str) -> str:
    return {"rmse": "RMSE", "ndcg@10": "NDCG@10", "recall@10": "Recall@10"}[metric]


def in_time(figures: Figures) -> Iterator[str]:
    """Data whose last interactions are held out; nothing if they were not measured."""
    found = figures.in_time()
    if not found:
        return
    sources = "\n".join(f"- {name}, {IN_TIME[name].source}" for name in found)
    yield TIMES.format(seeds=figures.run["seeds"], sources=sources)
    titles = list(dict.fromkeys(title for each in found.values() for title in each["metrics"] if title != OURS))
    yield f"| data | users × items, interactions | {' | '.join(titles)} | ours |"
    yield "|---" * (len(titles) + 3) + "|"
    for name, each in found.items():
        counts = each["counts"]
        size = f"{counts['users']:,} × {counts['items']:,}, {counts['interactions']:,}"
        theirs = [shown(each["metrics"][title]) if title in each["metrics"] else "–" for title in titles]
        yield f"| {name} | {size} | {' | '.join(theirs)} | **{shown(each['metrics'][OURS])}** |"
    yield f"\nMeasured on {when(found.values())}."


OURS = "This model"


def ablation(figures: Figures) -> Iterator[str]:
    """What each feature adds; nothing if it was not measured."""
    steps = figures.ablations()
    if not steps:
        return
    yield ABLATION
    if any(figures.stale(step) for step in steps):
        yield STALE
    yield f"Measured on {when(steps)}.\n"
    yield from _ablated([line for step in steps for line in step["differences"]])


def _ablated(lines: Iterable[dict[str, Any]]) -> Iterator[str]:
    found = {(line["feature"], line["protocol"], line["metric"]): line for line in lines}
    columns = list(dict.fromkeys((protocol, metric) for _, protocol, metric in found))
    first, *others = dict.fromkeys(feature for feature, *_ in found)
    yield "| | " + " | ".join(f"{metric.upper()}, {protocol}" for protocol, metric in columns) + " |"
    yield "|---" * (len(columns) + 1) + "|"
    yield f"| {first} | " + " | ".join(f"{found[(first, *column)]['figure']:.4f}" for column in columns) + " |"
    for name in others:
        yield f"| without {name} | " + " | ".join(_added(found.get((name, *column))) for column in columns) + " |"


def _added(line: dict[str, Any] | None) -> str:
    if line is None:
        return "–"
    interval = "" if line["low"] is None else f" [{line['low']:+.4f}, {line['high']:+.4f}]"
    return f"{line['difference']:+.4f}{interval}"
