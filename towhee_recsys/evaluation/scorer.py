"""A model's scores and predicted ratings on a task, by the same encoders that answer requests."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from towhee_recsys.bundle import Bundle, ItemEncoder, UserEncoder, item_variances, popular_items
from towhee_recsys.data import Dataset, records
from towhee_recsys.data.interactions import Interactions
from towhee_recsys.errors import EvaluationError
from towhee_recsys.evaluation.measure import LENGTH, MetricValues, Rerank, Score, measure
from towhee_recsys.evaluation.policy import under_policy
from towhee_recsys.model.embeddings import Embeddings, normalize
from towhee_recsys.protocols import Question, Task
from towhee_recsys.requests import Request
from towhee_recsys.requests.diversity import diverse

BATCH = 65536
"""Interactions whose ratings are predicted at a time, so that memory does not grow with their number."""

LEAST_PLACE = 2
"""Popular items have scores from here up, in their order; cosines are below it."""

PLAIN = Request(top_k=LENGTH)
"""A request for the best items, whatever they are."""


class ModelScorer:
    """Scores and predicts with a bundle, for the rows of the users and items of `dataset`."""

    def __init__(self, bundle: Bundle, dataset: Dataset):
        self._bundle, self._encode = bundle, UserEncoder(bundle, unknown_user="general")
        columns = [feature.column for feature in bundle.users.features if feature.column in dataset.users]
        self._user_ids, self._item_ids = dataset.user_ids, dataset.item_ids
        self._user_id, item_id = dataset.schema.users.id, dataset.schema.items.id
        described = [column for column in columns if column != self._user_id]
        self._described = records(dataset.users[described]) if described else [{}] * len(dataset.users)
        items = [{item_id: key} for key in self._item_ids.tolist()]
        self._items = np.asarray(normalize(ItemEncoder(bundle)(items)))
        popular = popular_items(bundle)
        places = dict(zip(popular, range(len(popular), 0, -1), strict=True))
        self._places = np.array([places.get(key, 0) for key in self._item_ids.tolist()], dtype=np.float32)
        self._popularity = np.array([popular.get(key, 0.0) for key in self._item_ids.tolist()])

    def score(self, question: Question) -> np.ndarray:
        """The cosine of each user's vector with every item's: float32[n, items].

        Known users are given by id, others by their features and the items of their history. Of a user of whom nothing
        is known, popular items have scores from 2 up, one for each, by which they come in the order of recommendations.
        """
        users = self._users(question)
        scores = np.asarray(normalize(self._encode(users))) @ self._items.T
        unknown = ~self._encode.knows(users)
        scores[unknown] = np.where(self._places > 0, LEAST_PLACE - 1 + self._places, scores[unknown])
        return scores

    def diverse(self, lists: np.ndarray, scores: np.ndarray, diversity: float) -> np.ndarray:
        """Lists of the candidates `lists`, int64[n, any], with the `scores` of `score`, as `diversify` orders them.

        Popular items have the scores that they have as recommendations.
        """
        made = np.full((len(lists), LENGTH), -1, dtype=np.int64)
        for row, found in enumerate(lists):
            there = found[found >= 0]
            popular = len(there) and scores[row, 0] >= LEAST_PLACE
            own = self._popularity[there] if popular else scores[row, : len(there)]
            best = there[diverse(own, self._items[there], diversity, LENGTH)]
            made[row, : len(best)] = best
        return made

    def predict(self, interactions: Interactions) -> np.ndarray:
        """The predicted rating of each interaction's user and item: float64[n].

        Raises:
            EvaluationError: the model was trained on data without a rating scale.
        """
        calibration = self._bundle.calibration
        if calibration is None:
            raise EvaluationError(
                f"the model in {self._bundle.directory} predicts no ratings: its dataset has no rating scale. "
                "Measure its lists, or train on a dataset with dataset.interactions.scale."
            )
        unique, rows = np.unique(interactions.users, return_inverse=True)
        vectors: Embeddings = normalize(self._encode([{self._user_id: key} for key in self._user_ids[unique].tolist()]))
        users = vectors.for_rating
        parts = [slice(first, first + BATCH) for first in range(0, len(interactions), BATCH)]
        cosines = [np.einsum("ij,ij->i", users[rows[part]], self._items[interactions.items[part]]) for part in parts]
        return calibration.ratings(np.concatenate([np.zeros(0), *cosines]))

    def deviate(self, interactions: Interactions) -> np.ndarray:
        """The standard deviation of the error of each interaction's predicted rating: float64[n].

        Raises:
            EvaluationError: the model does not know it.
        """
        unique, rows = np.unique(interactions.users, return_inverse=True)
        of_users = self._variances([{self._user_id: key} for key in self._user_ids[unique].tolist()])
        return np.sqrt(of_users[rows] * self._of_items()[interactions.items])

    def score_sure(self, question: Question, max_std: float) -> np.ndarray:
        """As `score`, with NaN for items whose predicted rating has a higher standard deviation than `max_std`.

        Raises:
            EvaluationError: the model does not know how sure its predicted ratings are.
        """
        most = max_std * max_std / self._variances(self._users(question))
        return np.where(self._of_items() <= most[:, None], self.score(question), np.float32(np.nan))

    def _variances(self, users: Sequence[dict[str, Any]]) -> np.ndarray:
        if (found := self._encode.variances(users)) is None:
            raise EvaluationError(
                f"the model in {self._bundle.directory} does not know how sure its predicted ratings are: it has no "
                "teacher. Leave max_std out, or set training.teacher and train again."
            )
        return found

    def _of_items(self) -> np.ndarray:
        """What each item multiplies the variance by, float64[items]."""
        variances = item_variances(self._bundle)
        return np.array([variances.of(key) if variances else np.nan for key in self._item_ids.tolist()])

    def _users(self, question: Question) -> Sequence[dict[str, Any]]:
        if question.known:
            return [{self._user_id: key} for key in self._user_ids[question.users].tolist()]
        parts = [slice(*pair) for pair in pairwise(question.history.indptr)]
        liked = [self._item_ids[question.history.indices[part]] for part in parts]
        return [
            {**self._described[row], "liked": own.tolist()}
            for row, own in zip(question.users.tolist(), liked, strict=True)
        ]


def measure_model(bundle: Bundle, dataset: Dataset, task: Task, policy: Request = PLAIN) -> MetricValues:
    """Measures the lists of a model and, where the dataset declares a rating scale, its predicted ratings.

    Lists are those of requests with the diversity, the filter and the `max_std` of `policy`.
    """
    scorer = ModelScorer(bundle, dataset)
    predict = scorer.predict if dataset.schema.feedback.scale else None
    deviate = scorer.deviate if predict and bundle.prediction_variance else None
    under = under_policy(task, policy, dataset)
    return measure(under, _score(scorer, policy), predict, _rerank(scorer, policy), deviate)


def measure_lists(bundle: Bundle, dataset: Dataset, task: Task, policy: Request) -> MetricValues:
    """As `measure_model`, of lists alone: a policy changes no predicted rating."""
    scorer = ModelScorer(bundle, dataset)
    return measure(under_policy(task, policy, dataset), _score(scorer, policy), rerank=_rerank(scorer, policy))


def _score(scorer: ModelScorer, policy: Request) -> Score:
    return scorer.score if policy.max_std is None else partial(scorer.score_sure, max_std=policy.max_std)


def _rerank(scorer: ModelScorer, policy: Request) -> Rerank | None:
    return partial(scorer.diverse, diversity=policy.diversity) if policy.diversity else None
