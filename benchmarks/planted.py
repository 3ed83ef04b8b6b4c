"""Measures the examples, whose data have known tastes, beside popularity, item-KNN and iALS, for docs/explanation.

python -m benchmarks planted [--seeds 3] [--write docs/explanation/planted.md]

The settings of a model are those of its config. Those of item-KNN and iALS are chosen from a grid, by NDCG@10 on a
fifth of the training part, and fitted again to the whole of it. iALS needs `implicit`, and is left out without it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from typing import Any

from benchmarks.case import validation_task
from benchmarks.planted_page import page, shown
from benchmarks.rows import circumstances
from towhee_recsys import load_config, read_dataset
from towhee_recsys.cli.common import table
from towhee_recsys.config import Config
from towhee_recsys.data import Dataset
from towhee_recsys.errors import EvaluationError, RecsysError
from towhee_recsys.evaluation.baselines import BASELINES, SideInformation, side_information
from towhee_recsys.evaluation.baselines.popular import popularity
from towhee_recsys.evaluation.measure import MetricValues, Score, measure
from towhee_recsys.evaluation.models import model_for
from towhee_recsys.evaluation.scorer import measure_model
from towhee_recsys.metrics.significance import paired_test
from towhee_recsys.protocols import Task
from towhee_recsys.protocols.protocols import make_task
from towhee_recsys.training.training_split import task_of

PACKAGES = ("paddlepaddle", "numpy", "scipy", "implicit")

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"

NAMES = ("shop", "tracks", "articles")

METRIC = "ndcg@10"

VALIDATION = 0.2
"""The share of the training part that settings are chosen by."""


def recent_popularity(task: Task, side: SideInformation, *, half_life_days: float) -> Score:
    """Popularity where a like counts half for each half-life of its age, whatever half-life the config has."""
    return popularity(replace(task, half_life=half_life_days * DAY), side)


DAY = 86400
"""Seconds."""


@dataclass(frozen=True, eq=False)
class Peer:
    """A recommender to compare with, the values that its settings may take, and the library that it needs.

    It is `ranker` or, without one, the baseline of that name.
    """

    name: str
    grid: Mapping[str, Sequence[float]] = field(default_factory=dict)
    library: str | None = None
    ranker: Callable[..., Score] | None = None

    @property
    def title(self) -> str:
        """The name in tables."""
        return self.name if self.ranker else BASELINES[self.name].title

    def fit(self, task: Task, side: SideInformation, settings: Mapping[str, Any]) -> MetricValues:
        """The metrics of the recommender with these settings."""
        ranker = self.ranker or BASELINES[self.name].ranker
        assert ranker is not None
        return measure(task, partial(ranker, **settings)(task, side))


PEERS = (
    Peer("popularity"),
    Peer("Recent popularity", {"half_life_days": [1, 3, 10, 30, 100]}, ranker=recent_popularity),
    Peer("group_popularity"),
    Peer("item_knn", {"neighbours": [20, 50, 200], "shrinkage": [0.1, 1, 10, 50]}),
    Peer("ials", {"factors": [8, 32, 128], "regularization": [0.1, 1, 10, 100], "alpha": [1, 10]}, "implicit"),
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures the examples, prints a table and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3, metavar="N", help="how many, starting at the config's seed")
    parser.add_argument("--only", action="append", choices=NAMES, metavar="EXAMPLE", help=f"of {', '.join(NAMES)}")
    parser.add_argument("--work", default="build/planted", metavar="DIR", help="for the models")
    parser.add_argument("--write", default="docs/explanation/planted.md", metavar="FILE", help="the page")
    given = parser.parse_args(arguments)
    work = Path(given.work).resolve()
    found = [{"name": name, **measured(example(name, work), given.seeds)} for name in given.only or NAMES]
    for each in found:
        rows = [[title, shown(values)] for title, values in each["metrics"].items()]
        table(f"{each['name']}, {each['protocol']}", ["", "NDCG@10"], rows)
    Path(given.write).write_text(page(found, given.seeds, circumstances(PACKAGES)), encoding="utf-8")
    print(f"{given.write} is written", file=sys.stderr)


def measured(config: Config, seeds: int) -> dict[str, Any]:
    """The NDCG@10 of a config's model and of its peers for each seed, by their titles, and how they were had.

    The models are in folders beside `model.dir`.
    """
    dataset = read_dataset(config.dataset)
    side = side_information(config.features, dataset)
    chosen = {each: settings for each in PEERS if (settings := choose(each, config, dataset, side)) is not None}
    drawn = [load_config(config, seed=config.seed + draw) for draw in range(seeds)]
    runs = [_run(each.with_model_dir(f"{config.model.dir}-{each.seed}"), dataset, chosen) for each in drawn]
    return {
        "protocol": config.protocol,
        "counts": {
            "users": len(dataset.users),
            "items": len(dataset.items),
            "interactions": len(dataset.interactions),
        },
        "settings": {each.title: settings for each, settings in chosen.items() if settings},
        "metrics": {title: [run[title].metrics[METRIC] for run in runs] for title in runs[0]},
        "better": _differences(runs[0]),
    }


def example(name: str, work: Path) -> Config:
    """The config of an example, wherever the benchmark runs."""
    folder = EXAMPLES / name
    places: dict[str, Any] = {"dataset.path": str(folder), "model.dir": str(work / name / "model")}
    return load_config(folder / f"{name}.yaml", **places)


def choose(peer: Peer, config: Config, dataset: Dataset, side: SideInformation) -> dict[str, float] | None:
    """The settings that are best on validation data; None where the peer cannot be fitted."""
    if peer.library and not find_spec(peer.library):
        return None
    task = validation_task(make_task(config.protocol, dataset, seed=config.seed, validation=VALIDATION))
    grid = [dict(zip(peer.grid, values, strict=True)) for values in product(*peer.grid.values())]
    try:
        return max(grid, key=lambda settings: peer.fit(task, side, settings).metrics[METRIC])
    except EvaluationError:
        return None


def _run(config: Config, dataset: Dataset, chosen: Mapping[Peer, Mapping[str, float]]) -> dict[str, MetricValues]:
    task, side = task_of(config, dataset), side_information(config.features, dataset)
    peers = {each.title: each.fit(task, side, settings) for each, settings in chosen.items()}
    return peers | {"This model": measure_model(model_for(config, dataset), dataset, task)}


def _differences(run: Mapping[str, MetricValues]) -> dict[str, dict[str, float]]:
    """How much better the model is than each peer, over the users of a run."""
    *peers, ours = run
    return {title: paired_test(run[ours].by_user[METRIC], run[title].by_user[METRIC]) for title in peers}


if __name__ == "__main__":
    try:
        main()
    except RecsysError as error:
        sys.exit(f"error: {error}")
