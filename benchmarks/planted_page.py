"""The page of the benchmark of planted tastes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean, stdev
from typing import Any

HEAD = """\
# Quality on the examples

The data of the three [examples](../start/your-own-data.md#three-examples) are made by scripts in which the tastes of
users are written down, so that there is something to find. `python -m benchmarks planted` generates this page: it
trains each example's model by its config as it is in the repository, fits the others to the same training part, and
measures all of them on the same test part. Figures are NDCG@10, the mean of {seeds} seeds ± their standard deviation;
a seed draws the validation part and the first weights, and the test part is by time.

"""

CHOSEN = """\

## How settings were chosen

By validation data inside the training part. (The scripts that write the data are another matter: they were written to
have in them what the examples are to show. [quality.md](quality.md) has figures on real data.)

- shop and tracks: `towhee-recsys tune --trials 40 --set tune.validation=0.2` over `learning_rate`, `ranking_decay`,
  `item_decay` and `temperature`; the best trial, rounded, is in the config.
- articles: features, `half_life` and the same settings, one at a time, by `temporal` on the events before the test part
  (`dataset.interactions.between: {{time: [null, "2024-04-15T23:02:32Z"]}}`): their last fifth is later than the rest,
  as in the test. A random validation part would not show what new articles need.
- recent popularity, item-KNN and iALS: a grid, on a random fifth of the training part; then they are fitted to the
  whole of it:

"""

BETTER = """\

Popularity counts by the config's `half_life`, too, recent popularity by one of its own; item-KNN and iALS know no
times, tags or texts, so they cannot list articles that appeared after the training part. *Popularity by group* is by
the columns of users, which only the shop has.

## Differences

How much higher the model's NDCG@10 is with the first seed, and the 95 % interval over users:

"""


def page(found: Sequence[Mapping[str, Any]], seeds: int, run: Mapping[str, Any]) -> str:
    """The page for what the benchmark has measured on each example."""
    versions = ", ".join(f"{name} {version}" for name, version in run["versions"].items())
    return "".join(
        [
            HEAD.format(seeds=seeds),
            *_lines(_figures(found)),
            CHOSEN.format(),
            *_lines(_settings(found)),
            BETTER,
            *_lines(_better(found)),
            f"\nMeasured on {run['date']}, on {run['cores']} cores, with {versions}.\n",
        ]
    )


def shown(values: Sequence[float]) -> str:
    """The mean of a figure, and its deviation where there are several."""
    deviation = f" ± {stdev(values):.4f}" if len(values) > 1 else ""
    return f"{fmean(values):.4f}{deviation}"


def _figures(found: Sequence[Mapping[str, Any]]) -> Iterator[list[str]]:
    titles = _titles(found)
    yield ["example", "protocol", "users × items, interactions", *titles]
    for each in found:
        counts = each["counts"]
        size = f"{counts['users']} × {counts['items']}, {counts['interactions']:,}"
        figures = [shown(each["metrics"][title]) if title in each["metrics"] else "–" for title in titles]
        figures[-1] = f"**{figures[-1]}**"
        yield [f"[{each['name']}](../../examples/{each['name']})", each["protocol"], size, *figures]


def _better(found: Sequence[Mapping[str, Any]]) -> Iterator[list[str]]:
    titles = _titles(found)[:-1]
    yield ["example", *titles]
    for each in found:
        cells = [_difference(each["better"][title]) if title in each["better"] else "–" for title in titles]
        yield [each["name"], *cells]


def _titles(found: Sequence[Mapping[str, Any]]) -> list[str]:
    """The titles of all that were measured, the model last."""
    titles = list(dict.fromkeys(title for each in found for title in each["metrics"]))
    ours = list(found[0]["metrics"])[-1]
    return [title for title in titles if title != ours] + [ours]


def _difference(test: Mapping[str, float]) -> str:
    return f"{test['difference']:+.4f} [{test['low']:+.4f}, {test['high']:+.4f}]"


def _settings(found: Sequence[Mapping[str, Any]]) -> Iterator[list[str]]:
    titles = list(dict.fromkeys(title for each in found for title in each["settings"]))
    yield ["example", *titles]
    for each in found:
        chosen = [each["settings"].get(title, {}) for title in titles]
        yield [each["name"], *(_chosen(own) or "–" for own in chosen)]


def _chosen(settings: Mapping[str, float]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in settings.items())


def _lines(rows: Iterator[list[str]]) -> Iterator[str]:
    header = next(rows)
    yield f"| {' | '.join(header)} |\n|{'---|' * len(header)}\n"
    yield from (f"| {' | '.join(row)} |\n" for row in rows)
