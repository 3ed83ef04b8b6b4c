"""What the benchmark of quality measures: models, the rows of its table, and their targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from towhee_recsys.config import Config, load_config


@dataclass(frozen=True)
class Model:
    """Changes of the benchmark's config: settings by key, and kinds of item features to leave out."""

    settings: Mapping[str, Any] = field(default_factory=dict)
    without: tuple[str, ...] = ()

    def __call__(self, config: Config) -> Config:
        """The config with the changes."""
        changed = load_config(config, **self.settings)
        features = [each for each in changed.features.item if each.kind not in self.without]
        return changed.model_copy(update={"features": changed.features.model_copy(update={"item": features})})


RANKING = {
    "objective": "ranking",
    "training.ranking_decay": 0.2,
    "training.item_decay": 0.3,
    "training.epochs": 54,
}

MODELS = {
    "default": Model(),
    "ranking": Model(RANKING),
    "ranking-r3": Model(RANKING | {"training.preference": [0, 0, 0.5, 1, 1.2]}),
    "untitled": Model(without=("text",)),
}
"""The models of the rows. Like the config, they were chosen on validation data inside the training part."""


@dataclass(frozen=True)
class Figure:
    """A line of the table: a metric, its target, and the baselines that are shown beside it.

    With `minus`, the figure is the difference between the row's model and the model of that name.
    """

    what: str
    metric: str
    sign: str
    bound: float
    shown: tuple[str, ...] = ()
    minus: str | None = None


@dataclass(frozen=True)
class Row:
    """A model on a protocol; `more` is the number of draws in addition to the seeds."""

    meaning: str
    protocol: str
    model: str
    figures: tuple[Figure, ...]
    more: int = 0

    @property
    def models(self) -> list[str]:
        """The names of all models that the row needs."""
        return [self.model, *(each.minus for each in self.figures if each.minus)]

    @property
    def shown(self) -> set[str]:
        """The names of all baselines beside its figures."""
        return {name for each in self.figures for name in each.shown}


ROWS = {
    "rating-90-10": Row(
        "A random tenth of all ratings is held out and predicted. RMSE is the root of the mean squared error, in "
        "stars. The model is the default one, which learns ratings and ranking at once.",
        "rating-90-10",
        "default",
        (Figure("RMSE", "rmse", "<=", 0.834, ("svdpp", "svd", "biases")),),
    ),
    "ranking-80-20": Row(
        "A random fifth of each user's ratings is held out. The model orders all items that the user has not rated in "
        "training; NDCG@10 is 1 when the first ten are items that the user rated with 4 or 5 in the held-out part, "
        "and 0 when none is. This model learns the ranking alone.",
        "ranking-80-20",
        "ranking",
        (Figure("NDCG@10", "ndcg@10", ">=", 0.402, ("ease", "ials", "bpr", "item_knn", "popularity")),),
    ),
    "ranking-80-20-both": Row(
        "The same protocol for the default model, which learns ratings and ranking at once, and its error in stars on "
        "the same held-out ratings.",
        "ranking-80-20",
        "default",
        (
            Figure("NDCG@10", "ndcg@10", ">=", 0.397, ("ease", "ials", "bpr", "item_knn", "popularity")),
            Figure("RMSE", "rmse", "<=", 0.837, ("svd", "biases")),
        ),
    ),
    "random-811-r3": Row(
        "The split on which RecBole's results are published: of each user's ratings of 3 and more, a tenth for "
        "validation and a tenth for the test; all held-out items count as liked. The model learns only the ranking, "
        "and gives a rating of 3 more weight, since it is relevant here. [Published](https://github.com/hyp1231/RecBole-GNN/blob/main/results/"
        "general/ml-1m.md) for such a split, on another draw: LightGCN 0.254, NCL 0.270.",
        "random-811-r3",
        "ranking-r3",
        (Figure("NDCG@10", "ndcg@10", ">=", 0.294, ("ease", "ials", "bpr", "item_knn", "popularity")),),
    ),
    "cold-users": Row(
        "A tenth of the users is held out completely: the model has never seen them. It ranks all items by gender, age "
        "and occupation alone, and again with five and with ten liked items.",
        "cold-users",
        "default",
        (
            Figure("NDCG@10, demographics alone", "ndcg@10", ">=", 0.415, ("group_popularity", "popularity")),
            Figure("NDCG@10, five liked items", "ndcg@10 (5 liked)", ">=", 0.541, ("ials", "ease", "item_knn")),
            Figure("NDCG@10, ten liked items", "ndcg@10 (10 liked)", ">=", 0.568, ("ials", "ease", "item_knn")),
        ),
    ),
    "cold-items": Row(
        "A twentieth of the items with 20 ratings and more is held out completely: none of their ratings is known. "
        "These items are ranked among themselves for known users, by genres, year and title. Because the draw of so "
        "few items matters, there are more draws than elsewhere. The oracle knows how often each item is liked in the "
        "test, which no model can know. The second line shows what the title adds: the difference from the model "
        "without it.",
        "cold-items",
        "default",
        (
            Figure("NDCG@10", "ndcg@10", ">=", 0.30, ("oracle", "content_profile", "random")),
            Figure("NDCG@10, what the title adds", "ndcg@10", ">=", 0.0, minus="untitled"),
        ),
        more=2,
    ),
    "training-seconds": Row(
        "Wall-clock seconds of training the default model on the training part of rating-90-10, from the data files "
        "to the written bundle, including the title; for the other libraries, of fitting them to the same ratings. The "
        "number of cores is given above, that of epochs below.",
        "rating-90-10",
        "default",
        (Figure("seconds", "seconds", "<=", 40, ("svdpp", "svd", "ials")),),
    ),
}
"""The table, by the names that `--only` takes."""

ONCE = ("svdpp",)
"""Baselines that are fitted for the first seed only: they take minutes."""
