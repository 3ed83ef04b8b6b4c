"""The split of the ratings into a part to train on, one to validate with and one to test on."""

from __future__ import annotations

from collections.abc import Sized
from dataclasses import dataclass
from typing import TYPE_CHECKING

from towhee_recsys.errors import DatasetError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Split:
    """Positions of ratings, int64 and ascending: each rating is in exactly one part."""

    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    test: NDArray[np.int64]


def split_ratings(ratings: int | Sized, validation: float, test: float, seed: int) -> Split:
    """A random draw from `ratings` (the table, or how many there are): the same `seed` gives the same split.

    `validation` and `test` are shares of all ratings. No part is empty.

    Raises:
        DatasetError: there are fewer than three ratings.
    """
    import numpy as np

    count = len(ratings) if isinstance(ratings, Sized) else int(ratings)
    if count < 3:
        raise DatasetError(f"{count} ratings cannot be split into train, validation and test; give at least 3")
    to_validate = min(max(1, round(count * validation)), count - 2)
    to_test = min(max(1, round(count * test)), count - 1 - to_validate)
    drawn = np.random.default_rng(seed).permutation(count)
    parts = np.split(drawn, [to_validate, to_validate + to_test])
    validated, tested, trained = (np.sort(part).astype(np.int64) for part in parts)
    return Split(trained, validated, tested)
