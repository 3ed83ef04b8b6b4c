"""What a protocol sets: interactions to learn from, and questions whose answers are known."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from towhee_recsys.data.interactions import Interactions

PROJECTED = 256
"""The length of the vectors by which items are compared."""

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@dataclass(frozen=True, eq=False)
class Question:
    """Each of `users` gets a list of items.

    Attributes:
        name: "" for the protocol's main question, else what is different in this one, such as "5 liked".
        users: int64[n], rows of the dataset's table of users.
        known: Whether training has seen these users; of others only their features and `history` may be used.
        history: float32[n, items], the values of the interactions that a recommender may know of each of these users.
        candidates: bool[items], the items that may be in a list.
        excluded: bool[n, items], the items left out of each user's list: in training or validation, or given.
        relevant: bool[n, items], the items that a good list contains.
    """

    name: str
    users: np.ndarray
    known: bool
    history: csr_matrix
    candidates: np.ndarray
    excluded: csr_matrix
    relevant: csr_matrix

    def part(self, rows: slice) -> Question:
        """The same question for some of its users."""
        return replace(
            self,
            users=self.users[rows],
            history=self.history[rows],
            excluded=self.excluded[rows],
            relevant=self.relevant[rows],
        )


@dataclass(frozen=True, eq=False)
class Task:
    """A dataset, split by a protocol. Its parts do not overlap; models fit on `train` and choose by `validation`.

    Attributes:
        protocol: The protocol's name.
        seed: The seed that it was drawn by.
        users: The number of users in the dataset.
        items: The number of items in the dataset.
        liked: The lowest value of an interaction that counts as liking.
        train: The interactions to fit on; rows are those of the dataset's tables, as in the other parts.
        validation: The interactions to choose by.
        test: The interactions to predict the ratings of, where they are ratings.
        questions: The lists that a model is to give.
        new_items: int64, rows of items that are held out whole, as if they came after training.
        half_life: In how many seconds the weights of implicit feedback halve; None where they do not.
    """

    protocol: str
    seed: int
    users: int
    items: int
    liked: float
    train: Interactions
    validation: Interactions
    test: Interactions
    questions: list[Question]
    new_items: np.ndarray = field(default_factory=lambda: np.arange(0))
    half_life: float | None = None

    @cached_property
    def item_vectors(self) -> np.ndarray:
        """A vector for each item, float32[items, 256], of length 1, or 0 for an item without users in training.

        The inner product of two is nearly the cosine of the sets of users who have them in training: each user has a
        random vector, and an item's is the sum of its users'. The error is about 0.06 for one pair, and less for means.
        """
        users = np.random.default_rng(self.seed).standard_normal((self.users, PROJECTED), dtype=np.float32)
        marks = self.train.matrix(self.users, self.items)
        marks.data[:] = 1
        sums = np.asarray(marks.T @ users)
        return sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)
