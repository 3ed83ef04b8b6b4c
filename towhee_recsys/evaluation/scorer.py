"""What a model answers to a task's questions, by the same encoders that serve people."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from towhee_recsys.bundle import Bundle, ItemEncoder, UserEncoder
from towhee_recsys.data import Dataset, records
from towhee_recsys.data.interactions import Interactions
from towhee_recsys.model.embeddings import Embeddings, normalize
from towhee_recsys.protocols import Question

PART = 65536
"""Interactions whose stars are predicted at a time, so that memory does not grow with their number."""


class ModelScorer:
    """A bundle's lists and stars for the users and items of `dataset`, by their lines in its tables."""

    def __init__(self, bundle: Bundle, dataset: Dataset):
        self._calibration, self._encode = bundle.calibration, UserEncoder(bundle, unknown_user="general")
        columns = [feature.column for feature in bundle.users.features if feature.column in dataset.users]
        self._user_ids, self._item_ids = dataset.user_ids, dataset.item_ids
        self._user_id, item_id = dataset.schema.users.id, dataset.schema.items.id
        described = [column for column in columns if column != self._user_id]
        self._described = records(dataset.users[described]) if described else [{}] * len(dataset.users)
        items = [{item_id: key} for key in self._item_ids.tolist()]
        self._items = np.asarray(normalize(ItemEncoder(bundle)(items)))

    def score(self, question: Question) -> np.ndarray:
        """The cosine of each user's vector with every item's: float32[n, items].

        Known users go by their ids; of others the model is told their demographics and the items of their history.
        """
        return np.asarray(normalize(self._encode(self._users(question)))) @ self._items.T

    def predict(self, ratings: Interactions) -> np.ndarray:
        """The stars of each rating: float64[n]."""
        places, lines = np.unique(ratings.users, return_inverse=True)
        vectors: Embeddings = normalize(self._encode([{self._user_id: key} for key in self._user_ids[places].tolist()]))
        users = vectors.for_rating
        parts = [slice(first, first + PART) for first in range(0, len(ratings), PART)]
        cosines = [np.einsum("ij,ij->i", users[lines[part]], self._items[ratings.items[part]]) for part in parts]
        return self._calibration.ratings(np.concatenate([np.zeros(0), *cosines]))

    def _users(self, question: Question) -> Sequence[dict[str, Any]]:
        if question.known:
            return [{self._user_id: key} for key in self._user_ids[question.users].tolist()]
        parts = [slice(*pair) for pair in pairwise(question.history.indptr)]
        liked = [self._item_ids[question.history.indices[part]] for part in parts]
        return [
            {**self._described[place], "liked": own.tolist()}
            for place, own in zip(question.users.tolist(), liked, strict=True)
        ]
