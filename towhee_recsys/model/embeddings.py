"""Embeddings: vectors together with the model that made them, so that no other model's index is searched with them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from towhee_recsys.data.items import VARIANCE, FieldType, ItemSchema
from towhee_recsys.errors import QueryError
from towhee_recsys.model.calibration import Calibration
from towhee_recsys.model.prediction_variance import ItemVariances


@dataclass(frozen=True)
class ModelRef:
    """The model that made embeddings.

    Attributes:
        model_id: The id of the model, which an index records.
        calibration: The map from a cosine with an item's vector to a rating; None where ratings are not predicted.
        items: What the dataset's items have; set by the item encoder alone.
        item_variances: What items multiply the variance of predicted ratings by; None where it is not known.
    """

    model_id: str
    calibration: Calibration | None = None
    items: ItemSchema | None = field(default=None, compare=False)
    item_variances: ItemVariances | None = field(default=None, compare=False)

    @property
    def index_fields(self) -> dict[str, FieldType]:
        """The fields that an index of the items keeps, with their types."""
        fields = self.items.index_fields if self.items else {}
        return {**fields, VARIANCE: "number"} if self.item_variances else fields


@dataclass(frozen=True, eq=False)
class Embeddings:
    """Vectors of one record, float32[dim], or of several, float32[n, dim].

    `np.asarray(embeddings)` is `search`. Arithmetic is refused, for it would lose the vectors for ratings: an operator
    that changes vectors makes new embeddings of both parts, with `dataclasses.replace`.

    Attributes:
        search: The vectors to search with.
        rating: The vectors to predict ratings with, of the same shape; None where they are those of `search`.
        model: The model that made them; None where it is not known.
        variances: The variance of the users' predicted ratings for a usual item, in squared ratings, float64[n], or one
            number of one record; None where it is not known.
    """

    search: np.ndarray
    rating: np.ndarray | None = None
    model: ModelRef | None = None
    variances: np.ndarray | None = None

    __array_ufunc__ = None  # NumPy leaves `array * embeddings` to this class, which refuses it

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of `search`."""
        return self.search.shape

    @property
    def ndim(self) -> int:
        """1 for one record, 2 for several."""
        return self.search.ndim

    @property
    def for_rating(self) -> np.ndarray:
        """The vectors whose cosines the model's calibration turns into ratings."""
        return self.search if self.rating is None else self.rating

    def __len__(self) -> int:
        return len(self.search)

    def __getitem__(self, key: Any) -> Embeddings:
        """The embeddings of the records that `key` selects: a position, a slice or an array; None adds an axis."""
        rating, variances = (None if part is None else part[key] for part in (self.rating, self.variances))
        return Embeddings(self.search[key], rating, self.model, variances)

    def __iter__(self) -> Iterator[Embeddings]:
        return (self[row] for row in range(len(self)))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.search, dtype=dtype) if copy else np.asarray(self.search, dtype=dtype)


def as_embeddings(given: Any) -> Embeddings:
    """`given` as embeddings: embeddings, an array, or a list of arrays or of embeddings of one record each.

    Raises:
        QueryError: `given` is no such array of numbers, or it has vectors of several models, or only some of its
            embeddings have vectors or variances for ratings.
    """
    if isinstance(given, Embeddings):
        return given
    records = given if isinstance(given, (list, tuple)) else ()
    made = [each for each in records if isinstance(each, Embeddings)]
    models = {each.model for each in made} | ({None} if len(made) < len(records) else set())
    array = np.zeros((), dtype=np.float32)
    with suppress(TypeError, ValueError):
        array = np.asarray([np.asarray(each) for each in records] if made else given, dtype=np.float32)
    if array.ndim not in (1, 2) or len(models) > 1:
        what = "vectors of several models" if array.ndim in (1, 2) else f"{type(given).__name__} {list(array.shape)}"
        raise QueryError(f"one vector [dim] or several [n, dim] of one model are accepted; {what} was given.")
    ratings = _all_or_none([each.rating for each in made], "vectors")
    variances = _all_or_none([each.variances for each in made], "variances")
    return Embeddings(
        array,
        None if ratings is None else np.asarray(ratings, dtype=np.float32),
        next(iter(models), None),
        None if variances is None else np.asarray(variances, dtype=np.float64),
    )


def normalize(given: Any) -> Embeddings:
    """Unit vectors (L2) of whatever `as_embeddings` accepts; those for ratings are normalised, too.

    Raises:
        QueryError: a vector is zero or has a value that is not finite: it has no direction.
    """
    raw = as_embeddings(given)
    records = 1 if raw.ndim == 1 else len(raw)
    if raw.rating is None:
        return Embeddings(_unit(raw.search, records), None, raw.model, raw.variances)
    search, rating = _unit(np.array((raw.search, raw.rating)), records)  # at once: a request has one vector of each
    return Embeddings(search, rating, raw.model, raw.variances)


def must_be_unit(vectors: np.ndarray, names: Sequence[Any]) -> None:
    """Checks that all of float32[n, dim] are of length 1: Milvus Lite does not check its input, NaN included.

    Raises:
        QueryError: a vector is not; the message has the first such one's name out of `names`.
    """
    squares = np.einsum("ij,ij->i", vectors, vectors)  # np.linalg.norm takes three times as long
    for row, square in enumerate(squares.tolist()):  # for a request quicker than NumPy's calls
        if not 0.998 < square < 1.002:  # NaN is outside, too
            length = f"{math.sqrt(square):.4g}"
            raise QueryError(f"the vector of {names[row]} has length {length}, not 1: `normalize` it first.")


def _all_or_none(parts: Sequence[np.ndarray | None], what: str) -> list[np.ndarray] | None:
    """The parts of several embeddings; None where none has one.

    Raises:
        QueryError: only some have one.
    """
    there = [part for part in parts if part is not None]
    if there and len(there) < len(parts):
        raise QueryError(f"{len(there)} of {len(parts)} embeddings have {what} for ratings: give all of them, or none.")
    return there or None


def _unit(array: np.ndarray, records: int) -> np.ndarray:
    """Unit vectors float32[..., dim] of so many `records`, to search with and, after these, for ratings, if given."""
    exact = np.asarray(array, dtype=np.float64)
    lengths = np.sqrt(np.einsum("...i,...i->...", exact, exact))[..., np.newaxis]
    for position, length in enumerate(lengths.ravel().tolist()):  # for a request quicker than NumPy's calls
        if not 0 < length < math.inf:
            found = f"vector {position % records} of {records} has length {length}"
            raise QueryError(f"{found}: it cannot be normalized.")
    return (exact / lengths).astype(np.float32)
