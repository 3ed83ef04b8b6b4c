"""What a protocol sets: ratings to learn from, and questions whose answers are known."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from towhee_recsys.data.interactions import Interactions

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@dataclass(frozen=True, eq=False)
class Question:
    """A list of items is asked for each of `users`.

    - `name`: "" for the protocol's main question, else what is different in this one, such as "5 liked"
    - `users`: int64[n], lines of the dataset's table of users
    - `known`: whether training has seen these users; of others only demographics and `history` may be used
    - `history`: float32[n, items], the stars that a recommender may know of each of these users; empty rows: nothing
    - `candidates`: bool[items], the items that may stand in a list
    - `excluded`: bool[n, items], the items left out of each user's list: rated in training or validation, or told
    - `relevant`: bool[n, items], the items that a good list has
    """

    name: str
    users: np.ndarray
    known: bool
    history: csr_matrix
    candidates: np.ndarray
    excluded: csr_matrix
    relevant: csr_matrix

    def part(self, rows: slice) -> Question:
        """The same question for a part of its users."""
        return replace(
            self,
            users=self.users[rows],
            history=self.history[rows],
            excluded=self.excluded[rows],
            relevant=self.relevant[rows],
        )


@dataclass(frozen=True, eq=False)
class Task:
    """A protocol's draw. Its parts of the ratings share none; models fit on `train` and choose by `validation`.

    Places are lines of the dataset's tables, which have `users` and `items` lines. `liked` is the lowest rating
    that counts as liking. The stars of `test` are to be predicted; `questions` ask for lists. `new_items`, int64, are
    the places of items that are held out whole, as if they came after training.
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
