"""How sure predicted ratings are: the variance of their errors, by user and by item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from towhee_recsys.data.items import Id

LEAST, HIGHEST = 1e-6, 1e12
"""The least error and scale that are fitted, and the highest number that is accepted."""

FEW = 100
"""With fewer held-out ratings nothing is fitted to them."""


@dataclass(frozen=True)
class PredictionVariance:
    """The variance of a predicted rating's error: `scale * user ** user_power * item ** item_power`.

    `user` and `item` are relative variances: how many times as large as usual the squared errors are of ratings by the
    user, and of ratings of the item; see `relative_variances`.

    Attributes:
        scale: The variance where both are 1, in squared ratings, above 0.
        user_power: How much the user's relative variance counts, from 0 to 1.
        item_power: How much the item's counts, from 0 to 1.
        new_user: The relative variance of a user without interactions, at least 1.
        new_item: That of an item without interactions, at least 1.
    """

    scale: float
    user_power: float = 1.0
    item_power: float = 1.0
    new_user: float = 1.0
    new_item: float = 1.0

    def __post_init__(self) -> None:
        if not all(0 <= each <= HIGHEST for each in asdict(self).values()) or not self.scale:
            raise ValueError("a number is too low or too high")
        if max(self.user_power, self.item_power) > 1 or min(self.new_user, self.new_item) < 1:
            raise ValueError("a power is above 1, or new_user or new_item below 1")

    def of_users(self, relative: Any) -> np.ndarray:
        """The variance of predicted ratings of a usual item by users of these relative variances, float64[n]."""
        return self.scale * np.asarray(relative, dtype=np.float64) ** self.user_power

    def of_new_users(self, interactions: Any) -> np.ndarray:
        """The same of users whom training did not have, by how many interactions they come with, int[n]."""
        return self.of_users(of_few(self.new_user, np.asarray(interactions, dtype=np.float64)))

    def of_items(self, relative: Any) -> np.ndarray:
        """What items of these relative variances multiply the variance by, float64[n]."""
        return np.asarray(np.asarray(relative, dtype=np.float64) ** self.item_power)

    def fitted(self, errors: np.ndarray, users: np.ndarray, items: np.ndarray) -> PredictionVariance:
        """The same with the scale and the powers under which the `errors` of held-out ratings are most likely.

        Errors are taken as normally distributed around 0. Fewer than 100 of them leave this one as it is.

        Args:
            errors: Held-out ratings minus their predictions, float[n].
            users: The relative variance of each one's user, float[n].
            items: The relative variance of each one's item, float[n].
        """
        if len(errors) < FEW:
            return self
        from scipy.optimize import minimize

        squares = np.maximum(np.asarray(errors, dtype=np.float64) ** 2, LEAST**2)
        logs = np.column_stack([np.ones(len(squares)), np.log(users), np.log(items)])

        def loss(factors: np.ndarray) -> tuple[float, np.ndarray]:
            of_log = logs @ factors
            ratio = squares * np.exp(-of_log)
            return float(np.mean(of_log + ratio)), (1 - ratio) @ logs / len(squares)

        start = np.array([np.log(squares.mean()), 1.0, 1.0])
        bounds = [(np.log(LEAST), None), (0, 1), (0, 1)]
        scale, user_power, item_power = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x.tolist()
        return replace(self, scale=float(np.exp(scale)), user_power=user_power, item_power=item_power)


@dataclass(frozen=True, eq=False)
class ItemVariances:
    """What each item multiplies the variance of a predicted rating by.

    Attributes:
        known: The factors of the items that training had, by their ids.
        new: That of any other item.
    """

    known: Mapping[Id, float]
    new: float

    def of(self, key: Id) -> float:
        """The factor of one item."""
        return self.known.get(key, self.new)


def of_few(new: float, counts: np.ndarray) -> np.ndarray:
    """The relative variance to expect with `counts` interactions, float64[n], if it is `new` with none.

    What exceeds 1 is taken as the variance of a mean that is not known without interactions. With some it is estimated,
    and its variance falls: to a half with `1 / (new - 1)` of them.
    """
    return 1 + (new - 1) / (1 + counts * (new - 1))
