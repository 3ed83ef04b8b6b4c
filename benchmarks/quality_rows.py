"""What the benchmark of quality measures: the rows of its table, their targets, and published figures beside them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Published:
    """The figure of a paper for the same kind of split, on a draw of its own."""

    name: str
    value: float
    source: str


@dataclass(frozen=True)
class Figure:
    """A line of the table: a metric and its targets, with the baselines and published figures that are beside it.

    Attributes:
        what: The name of the figure in the table.
        metric: The name of the metric.
        sign: "<=" where less is better, else ">=".
        bound: The figure to reach; None where none is set.
        moonshot: A figure that would be better still.
        shown: The names of baselines that are measured on the same draws.
        published: Figures of papers.
        minus: The name of a model: the figure is the difference of the row's model from this one.
    """

    what: str
    metric: str
    sign: str
    bound: float | None = None
    moonshot: float | None = None
    shown: tuple[str, ...] = ()
    published: tuple[Published, ...] = ()
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


GLOCAL_K = "https://arxiv.org/abs/2108.12184"
RECBOLE = "https://github.com/hyp1231/RecBole-GNN/blob/main/results/general/ml-1m.md"

RATINGS_PUBLISHED = (
    Published("GLocal-K", 0.8227, GLOCAL_K),
    Published("SparseFC", 0.824, GLOCAL_K),
    Published("CF-NADE", 0.829, GLOCAL_K),
    Published("I-AutoRec", 0.831, GLOCAL_K),
)
LISTS_PUBLISHED = (Published("NCL", 0.270, RECBOLE), Published("LightGCN", 0.254, RECBOLE))

RANKERS = ("ease", "ials", "bpr", "item_knn", "popularity")
OF_HISTORY = ("ials", "ease", "item_knn")

COVERAGE = (50, 80, 95)
"""The intervals of predicted ratings whose coverage is shown, in per cent."""

ROWS = {
    "rating-90-10": Row(
        "A random tenth of all ratings is held out and predicted. RMSE is the root of the mean squared error, in "
        "stars. The model is the default one, which learns ratings and ranking at once. The published figures are "
        "those that the paper of GLocal-K compares.",
        "rating-90-10",
        "default",
        (Figure("RMSE", "rmse", "<=", 0.8215, 0.817, ("svdpp", "svd", "biases"), RATINGS_PUBLISHED),),
    ),
    "confidence": Row(
        "How sure a predicted rating is: the model gives its standard deviation, and this is the share of the held-out "
        "ratings within the interval in which half of them, 80 % and 95 % are to be. The nearer it is to that, the "
        "better the deviations are calibrated.",
        "rating-90-10",
        "default",
        tuple(Figure(f"share within the {each} % interval", f"interval_coverage@{each}", ">=") for each in COVERAGE),
    ),
    "ranking-80-20": Row(
        "A random fifth of each user's ratings is held out. The model orders all items that the user has not rated in "
        "training; NDCG@10 is 1 when the first ten are items that the user rated with 4 or 5 in the held-out part, "
        "and 0 when none is. This model learns the ranking alone.",
        "ranking-80-20",
        "ranking",
        (Figure("NDCG@10", "ndcg@10", ">=", 0.403, 0.410, RANKERS),),
    ),
    "ranking-80-20-both": Row(
        "The same protocol for the default model, which learns ratings and ranking at once, and its error in stars on "
        "the same held-out ratings.",
        "ranking-80-20",
        "default",
        (
            Figure("NDCG@10", "ndcg@10", ">=", 0.4015, 0.407, RANKERS),
            Figure("RMSE", "rmse", "<=", 0.825, 0.822, ("svd", "biases")),
        ),
    ),
    "random-811-r3": Row(
        "The split on which RecBole's results are published: of each user's ratings of 3 and more, a tenth for "
        "validation and a tenth for the test; all held-out items count as liked. The model learns ratings and "
        "ranking at once, and gives a rating of 3 more weight, since it is relevant here.",
        "random-811-r3",
        "default-r3",
        (Figure("NDCG@10", "ndcg@10", ">=", 0.299, 0.305, RANKERS, LISTS_PUBLISHED),),
    ),
    "cold-users": Row(
        "A tenth of the users is held out completely: the model has never seen them. It ranks all items by gender, age "
        "and occupation alone, and again with five and with ten liked items.",
        "cold-users",
        "default",
        (
            Figure("NDCG@10, demographics alone", "ndcg@10", ">=", 0.425, 0.43, ("group_popularity", "popularity")),
            Figure("NDCG@10, five liked items", "ndcg@10 (5 liked)", ">=", 0.550, 0.56, OF_HISTORY),
            Figure("NDCG@10, ten liked items", "ndcg@10 (10 liked)", ">=", 0.568, 0.58, OF_HISTORY),
        ),
    ),
    "cold-items": Row(
        "A twentieth of the items with 20 ratings and more is held out completely: none of their ratings is known. "
        "These items are ranked among themselves for known users, by genres, year and title, and their ratings are "
        "predicted. Because the draw of so few items matters, there are more draws than elsewhere. The oracle knows "
        "how often each item is liked in the test, which no model can know. The last line shows what the title adds: "
        "the difference from the model without it.",
        "cold-items",
        "default",
        (
            Figure("NDCG@10", "ndcg@10", ">=", 0.305, 0.33, ("oracle", "content_profile", "random")),
            Figure("RMSE", "rmse", "<=", 1.00, 0.95, ("biases", "mean_rating")),
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
        (Figure("seconds", "seconds", "<=", 60, 35, ("svdpp", "svd", "ials")),),
    ),
}
"""The table, by the names that `--only` takes."""

ONCE = ("svdpp",)
"""Baselines that are fitted for the first seed only: they take minutes."""

SLICED = {"ranking-80-20": ("ndcg@10", "recall@10"), "rating-90-10": ("rmse",)}
"""The protocols on which the default model is compared with the one before by slices, and the metrics."""
