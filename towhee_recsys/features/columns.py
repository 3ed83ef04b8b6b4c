"""One fitted column of each kind: what training saw of it, and how a value becomes numbers."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from itertools import chain
from typing import Any, Protocol

import numpy as np

from towhee_recsys.config.features import CategoryFeature, Feature, HistoryFeature, NumberFeature, TextFeature
from towhee_recsys.errors import QueryError
from towhee_recsys.features.codes import code_of
from towhee_recsys.features.liked import liked_ids
from towhee_recsys.features.vocabulary import UNKNOWN, Vocabulary
from towhee_recsys.features.words import words

LARGEST = 1e30
"""Numbers stay below it, so that they fit into float32."""


class Column(Protocol):
    """A fitted column: `encode` never fails on a value that is None, missing or unknown."""

    state: dict[str, Any]
    """What was fitted, as JSON."""

    def encode(self, values: Sequence[Any]) -> np.ndarray:
        """`values` as one array whose first axis is theirs."""
        ...


class RowColumn:
    """Ids and categories: int64[n] rows of an embedding table."""

    def __init__(self, feature: Feature, state: dict[str, Any]):
        self._feature, self.state = feature, state
        self.vocabulary = Vocabulary(state["values"])

    @staticmethod
    def fit(feature: Feature, values: Sequence[Any]) -> dict[str, Any]:
        """The distinct values; of a named category all its codes, seen or not."""
        if isinstance(feature, CategoryFeature) and feature.names:
            return {"values": Vocabulary(feature.names).values}
        return {"values": Vocabulary(value for value in values if value is not None).values}

    def encode(self, values: Sequence[Any]) -> np.ndarray:
        """The row of each value: int64[n]."""
        if isinstance(self._feature, CategoryFeature):
            values = [code_of(self._feature, value) for value in values]
        for value in values:
            if not isinstance(value, (int, str, np.integer, type(None))) or isinstance(value, bool):
                raise QueryError(f"{self._feature.column} {value!r} is not acceptable: give a whole number or a text.")
        return self.vocabulary.rows(values)


class SetColumn:
    """Sets of values: float32[n, rows], a 1 for each member; a set without any known member counts as unknown."""

    def __init__(self, feature: Feature, state: dict[str, Any]):
        self._feature, self.state = feature, state
        self.vocabulary = Vocabulary(state["values"])

    @staticmethod
    def fit(feature: Feature, values: Sequence[Any]) -> dict[str, Any]:
        """The distinct members of all sets."""
        return {"values": Vocabulary(member for members in values if _is_set(members) for member in members).values}

    def encode(self, values: Sequence[Any]) -> np.ndarray:
        """One multi-hot line a set: float32[n, rows]."""
        sets = [self._checked(members) for members in values]
        lengths = np.fromiter(map(len, sets), np.int64, len(sets))
        hot = np.zeros((len(sets), len(self.vocabulary)), dtype=np.float32)
        hot[np.repeat(np.arange(len(sets)), lengths), self.vocabulary.rows(chain.from_iterable(sets))] = 1
        hot[lengths == 0, UNKNOWN] = 1
        return hot

    def _checked(self, members: Any) -> Collection[str]:
        if members is None:
            return ()
        if not _is_set(members) or not all(isinstance(member, str) for member in members):
            raise QueryError(f"{self._feature.column} {members!r} is not acceptable: give a list of texts.")
        return members


class TextColumn:
    """Texts: int64[n, length] rows of words; row 0 is padding, row 1 the unknown word."""

    def __init__(self, feature: TextFeature, state: dict[str, Any]):
        self._feature, self.state = feature, state
        self.vocabulary = Vocabulary(state["values"])

    @staticmethod
    def fit(feature: Feature, values: Sequence[Any]) -> dict[str, Any]:
        """The distinct words of all texts."""
        return {
            "values": Vocabulary(word for value in values if isinstance(value, str) for word in words(value)).values
        }

    def encode(self, values: Sequence[Any]) -> np.ndarray:
        """The first `length` words of each text, padded at the end: int64[n, length]."""
        texts = [self._words(value) for value in values]
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        rows = np.zeros((len(texts), self._feature.length), dtype=np.int64)
        places = np.arange(self._feature.length) < lengths[:, np.newaxis]
        rows[places] = self.vocabulary.rows(chain.from_iterable(texts)) + 1
        return rows

    def _words(self, value: Any) -> list[str]:
        if not isinstance(value, (str, type(None))):
            raise QueryError(f"{self._feature.column} {value!r} is not acceptable: give a text.")
        return words(value or "")[: self._feature.length]


class HistoryColumn:
    """Items liked: int64[n, length] rows of items; row 0 is padding. Items that are not known are left out."""

    def __init__(self, feature: HistoryFeature, state: dict[str, Any]):
        self._feature, self.state = feature, state
        self.vocabulary = Vocabulary(state["values"])

    @staticmethod
    def fit(feature: Feature, values: Sequence[Any]) -> dict[str, Any]:
        """The distinct items of all histories."""
        return {"values": Vocabulary(item for items in values for item in items or ()).values}

    def encode(self, values: Sequence[Any]) -> np.ndarray:
        """The last `length` items of each history, padded at the end: int64[n, length]."""
        rows = np.zeros((len(values), self._feature.length), dtype=np.int64)
        for line, items in zip(rows, values, strict=True):
            found = self.vocabulary.rows(liked_ids(items, self._feature.column))
            found = found[found != UNKNOWN][-self._feature.length :]
            line[: len(found)] = found
        return rows


class NumberColumn:
    """Numbers: float32[n, 1], standardised, or float32[n, knots], how near each knot is; a missing one is the mean."""

    def __init__(self, feature: NumberFeature, state: dict[str, Any]):
        self._feature, self.state = feature, state

    @staticmethod
    def fit(feature: NumberFeature, values: Sequence[Any]) -> dict[str, Any]:
        """Mean and standard deviation of the values that are there, and where the knots lie: at distinct quantiles."""
        known = np.array([value for value in values if _is_number(value)], dtype=np.float64)
        mean, deviation = (float(known.mean()), float(known.std())) if len(known) else (0.0, 0.0)
        spread = deviation > 1e-9 * abs(mean)  # equal numbers deviate by rounding alone
        state = {"mean": mean, "deviation": deviation if spread else 1.0}
        if feature.knots is None:
            return state
        quantiles = np.quantile(known if len(known) else np.zeros(1), np.linspace(0, 1, feature.knots))
        return state | {"knots": np.unique(quantiles).tolist()}

    def encode(self, values: Sequence[Any]) -> np.ndarray:
        """Deviations from the mean, float32[n, 1]; or weights of the two knots around each, float32[n, knots]."""
        mean = self.state["mean"]
        numbers = np.array([self._number(value, mean) for value in values], dtype=np.float64).reshape(-1, 1)
        if "knots" not in self.state:
            return ((numbers - mean) / self.state["deviation"]).astype(np.float32)
        knots = self.state["knots"]
        places = np.interp(numbers, knots, np.arange(len(knots)))
        return np.maximum(0, 1 - np.abs(places - np.arange(len(knots)))).astype(np.float32)

    def _number(self, value: Any, missing: float) -> float:
        if value is None or (isinstance(value, (float, np.floating)) and math.isnan(value)):
            return missing
        if not _is_number(value):
            raise QueryError(f"{self._feature.column} {value!r} is not acceptable: give a number.")
        return float(value)


def _is_set(members: Any) -> bool:
    return isinstance(members, (Collection, np.ndarray)) and not isinstance(members, str)


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        return False
    return -LARGEST < (value if isinstance(value, int) else float(value)) < LARGEST


KINDS: dict[str, Any] = {
    "id": RowColumn,
    "category": RowColumn,
    "categories": SetColumn,
    "text": TextColumn,
    "history": HistoryColumn,
    "number": NumberColumn,
}
"""The column class of each kind of feature."""
