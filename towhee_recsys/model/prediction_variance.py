"""How sure predicted ratings are: the variance of their errors, by what is known of the user and of the item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from towhee_recsys.data.items import Id

LEAST = 1e-6
"""The least variance, in squared ratings."""


@dataclass(frozen=True)
class PredictionVariance:
    """The variance of a predicted rating's error: `noise + user * u + item * i`, in squared ratings.

    u and i are the variances that the teacher gives the user and the item.

    Attributes:
        noise: The variance of ratings where the user and the item are well known, above 0.
        user: The factor of the user's variance, from 0.
        item: The factor of the item's variance, from 0.
        new_user: The variance u of a user without interactions.
        new_item: The variance i of an item without interactions.
        halving: So many interactions halve the variance u of a new user; above 0.
    """

    noise: float
    user: float
    item: float
    new_user: float
    new_item: float
    halving: float

    def __post_init__(self) -> None:
        if not all(np.isfinite(each) and each >= 0 for each in asdict(self).values()):
            raise ValueError("a number is below 0 or not finite")
        if not self.noise or not self.halving:
            raise ValueError("noise and halving must be above 0")

    @classmethod
    def of_teacher(
        cls,
        noise: float,
        user_variances: np.ndarray,
        user_counts: np.ndarray,
        item_variances: np.ndarray,
        item_counts: np.ndarray,
    ) -> PredictionVariance:
        """What a teacher says.

        Args:
            noise: The variance of its error where all is known.
            user_variances: Its variances of users, float[n].
            user_counts: How many interactions each of them has, int[n].
            item_variances: Its variances of items, float[m].
            item_counts: How many interactions each of them has, int[m].
        """
        new_user, new_item = _without(user_variances, user_counts), _without(item_variances, item_counts)
        return cls(max(noise, LEAST), 1.0, 1.0, new_user, new_item, halving_of(user_variances, user_counts, new_user))

    def of_users(self, variances: Any) -> np.ndarray:
        """The variance of the predicted ratings of users without the share of the item, float64[n]."""
        return self.noise + self.user * np.asarray(variances, dtype=np.float64)

    def of_new_users(self, interactions: Any) -> np.ndarray:
        """The same of users whom training did not have, by the number of interactions that they come with."""
        return self.of_users(self.new_user / (1 + np.asarray(interactions, dtype=np.float64) / self.halving))

    def of_items(self, variances: Any) -> np.ndarray:
        """The share of items in the variance of predicted ratings, float64[n]."""
        return self.item * np.asarray(variances, dtype=np.float64)

    def fitted(self, errors: np.ndarray, users: np.ndarray, items: np.ndarray) -> PredictionVariance:
        """The same with the factors under which the `errors` of held-out ratings are most likely.

        Errors are taken as normally distributed around 0. Too few of them leave this one as it is.

        Args:
            errors: Held-out ratings minus their predictions, float[n].
            users: The teacher's variance of each one's user, float[n].
            items: The teacher's variance of each one's item, float[n].
        """
        if len(errors) < 100:
            return self
        from scipy.optimize import minimize

        squares = np.asarray(errors, dtype=np.float64) ** 2
        parts = np.column_stack([np.ones(len(squares)), users, items]).astype(np.float64)

        def loss(factors: np.ndarray) -> tuple[float, np.ndarray]:
            variances = parts @ factors
            slopes = (1 - squares / variances) / variances
            return float(np.mean(np.log(variances) + squares / variances)), slopes @ parts / len(squares)

        start = np.array([max(self.noise, LEAST), self.user, self.item])
        found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(LEAST, None), (0, None), (0, None)])
        noise, user, item = found.x.tolist()
        return replace(self, noise=noise, user=user, item=item)


@dataclass(frozen=True, eq=False)
class ItemVariances:
    """The share of each item in the variance of a predicted rating, in squared ratings.

    Attributes:
        known: Those of the items that training had, by their ids.
        new: That of any other item.
    """

    known: Mapping[Id, float]
    new: float

    def of(self, key: Id) -> float:
        """The share of one item."""
        return self.known.get(key, self.new)


def _without(variances: np.ndarray, counts: np.ndarray) -> float:
    """The variance of rows without interactions; where all have some, the largest one."""
    none = variances[counts == 0]
    return float(none.mean() if len(none) else variances.max(initial=0.0))


def halving_of(variances: np.ndarray, counts: np.ndarray, new: float) -> float:
    """After how many interactions the variance of a user is half of that of a `new` one.

    With n interactions it is taken as `new / (1 + n / halving)`. Counted are the users with the fewest interactions:
    the rule is for new users, who come with few.

    Args:
        variances: The teacher's variances of users, float[n].
        counts: How many interactions each of them has, int[n].
        new: The variance without interactions.
    """
    few = (counts > 0) & (variances < new)
    if not few.any():
        return 1.0
    few &= counts <= np.quantile(counts[few], 0.25)
    return float(max(np.median(counts[few] * variances[few] / (new - variances[few])), LEAST))
