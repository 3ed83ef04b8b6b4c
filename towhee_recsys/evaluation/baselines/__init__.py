"""Baselines: what a model has to beat, fitted on the training part alone and shown in the same table.

A ranker is fitted by `fit(task, side)` and gives `score(question)`, a rater gives `predict(ratings)`. Where the
dataset or the installation lacks what a baseline needs, `fit` raises EvaluationError: then the table does without it.
"""

from __future__ import annotations

from towhee_recsys.evaluation.baselines.contract import Predict, Ranker, Rater, Score, SideInformation, side_information
from towhee_recsys.evaluation.baselines.external_implicit import bpr, ials
from towhee_recsys.evaluation.baselines.external_surprise import svd, svdpp
from towhee_recsys.evaluation.baselines.popular import group_popularity, popularity, random
from towhee_recsys.evaluation.baselines.ratings import biases, item_mean, mean_rating
from towhee_recsys.evaluation.baselines.similarity import content_profile, ease, item_knn

RANKERS: dict[str, Ranker] = {
    "random": random,
    "popularity": popularity,
    "group_popularity": group_popularity,
    "content_profile": content_profile,
    "item_knn": item_knn,
    "ease": ease,
}
"""Rankers that are always there."""

RATERS: dict[str, Rater] = {"mean_rating": mean_rating, "item_mean": item_mean, "biases": biases}
"""Raters that are always there."""

PEER_RANKERS: dict[str, Ranker] = {"bpr": bpr, "ials": ials}
"""Rankers behind the extra `peers`."""

PEER_RATERS: dict[str, Rater] = {"svd": svd, "svdpp": svdpp}
"""Raters behind the extra `peers`."""

__all__ = [
    "PEER_RANKERS",
    "PEER_RATERS",
    "RANKERS",
    "RATERS",
    "Predict",
    "Ranker",
    "Rater",
    "Score",
    "SideInformation",
    "side_information",
]
