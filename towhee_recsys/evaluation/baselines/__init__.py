"""Baselines: what a model has to beat, fitted on the training part alone and shown in the same table.

A new baseline is a function in a file here and an entry in the registry below.
"""

from __future__ import annotations

from towhee_recsys.evaluation.baselines.contract import Baseline, Ranker, Rater
from towhee_recsys.evaluation.baselines.external_implicit import bpr, ials
from towhee_recsys.evaluation.baselines.external_surprise import svd, svdpp
from towhee_recsys.evaluation.baselines.popular import group_popularity, popularity, random
from towhee_recsys.evaluation.baselines.ratings import biases, item_mean, mean_rating
from towhee_recsys.evaluation.baselines.side_information import SideInformation, side_information
from towhee_recsys.evaluation.baselines.similarity import content_profile, ease, item_knn

_ALL = (
    Baseline("random", "Random", ranker=random),
    Baseline("popularity", "Popularity", ranker=popularity),
    Baseline("group_popularity", "Popularity by group", ranker=group_popularity),
    Baseline("content_profile", "Content profile", ranker=content_profile),
    Baseline("item_knn", "Item kNN", ranker=item_knn),
    Baseline("ease", "EASE", ranker=ease),
    Baseline("bpr", "BPR", ranker=bpr, external=True),
    Baseline("ials", "iALS", ranker=ials, external=True),
    Baseline("mean_rating", "Mean rating", rater=mean_rating),
    Baseline("item_mean", "Item mean", rater=item_mean),
    Baseline("biases", "Biases", rater=biases),
    Baseline("svd", "SVD", rater=svd, external=True),
    Baseline("svdpp", "SVD++", rater=svdpp, external=True),
)

BASELINES: dict[str, Baseline] = {each.name: each for each in _ALL}
"""The baselines, in the order in which tables show them."""

__all__ = ["BASELINES", "Baseline", "Ranker", "Rater", "SideInformation", "side_information"]
