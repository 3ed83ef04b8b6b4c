"""What the benchmark of quality measures: models, the rows of its table, and what each is to reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from towhee_recsys.config import Config, load_config


@dataclass(frozen=True)
class Model:
    """What is changed of the benchmark's config: settings by their keys, and kinds of item features left out."""

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
"""The models of the rows. Like the config itself they were chosen on validation data inside the training part."""


@dataclass(frozen=True)
class Figure:
    """A line of the table: a metric, the bound that it is to keep, and the baselines that are shown beside it.

    With `minus` the figure is what the row's model has above the model of that name.
    """

    what: str
    metric: str
    sign: str
    bound: float
    shown: tuple[str, ...] = ()
    minus: str | None = None


@dataclass(frozen=True)
class Row:
    """A model on a protocol; `more` draws are made than seeds are asked for."""

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
        "A random tenth of all ratings is held out, and their stars are predicted. RMSE is how far off the "
        "predictions are, in stars: the root of the mean squared error. The model is the default one, which learns "
        "stars and ranking at once.",
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
        "The same question for the default model, which learns stars and ranking at once, and its error in stars on "
        "the same held-out ratings.",
        "ranking-80-20",
        "default",
        (
            Figure("NDCG@10", "ndcg@10", ">=", 0.397, ("ease", "ials", "bpr", "item_knn", "popularity")),
            Figure("RMSE", "rmse", "<=", 0.837, ("svd", "biases")),
        ),
    ),
    "random-811-r3": Row(
        "The split on which RecBole's results are published: ratings of 3 and more, of each user's a tenth for "
        "validation and a tenth for the test; whatever is held out counts as liked. The model learns the ranking "
        "alone, and a rating of 3 counts for more in it, as it is an answer here. [Published](https://github.com/hyp1231/RecBole-GNN/blob/main/results/"
        "general/ml-1m.md) for such a split, of another draw: LightGCN 0.254, NCL 0.270.",
        "random-811-r3",
        "ranking-r3",
        (Figure("NDCG@10", "ndcg@10", ">=", 0.294, ("ease", "ials", "bpr", "item_knn", "popularity")),),
    ),
    "cold-users": Row(
        "A tenth of the users is held out whole: the model has never met them. It ranks all items by their gender, age "
        "and occupation alone, and again when they name five, then ten items that they like.",
        "cold-users",
        "default",
        (
            Figure("NDCG@10, demographics alone", "ndcg@10", ">=", 0.415, ("group_popularity", "popularity")),
            Figure("NDCG@10, five liked items", "ndcg@10 (5 liked)", ">=", 0.541, ("ials", "ease", "item_knn")),
            Figure("NDCG@10, ten liked items", "ndcg@10 (10 liked)", ">=", 0.568, ("ials", "ease", "item_knn")),
        ),
    ),
    "cold-items": Row(
        "A twentieth of the items with 20 ratings and more is held out whole: nobody's rating of them is known. Known "
        "users rank these items among themselves, by genres, year and title. As the draw of so few items matters, "
        "there are more draws than elsewhere. The oracle is told how often each item is liked in the test; no model "
        "could know that. The second line says what the title is worth: the difference to the model without it.",
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
        "to the written bundle, the title included; of the others, of fitting them to the same ratings. The number of "
        "cores stands above, that of epochs below.",
        "rating-90-10",
        "default",
        (Figure("seconds", "seconds", "<=", 40, ("svdpp", "svd", "ials")),),
    ),
}
"""The table, by the names that `--only` takes."""

ONCE = ("svdpp",)
"""Baselines that are fitted for the first seed only: they take minutes."""
