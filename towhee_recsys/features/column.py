"""A fitted feature: its state from training, and the encoding of its values."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np

from towhee_recsys.errors import QueryError
from towhee_recsys.features.feature import Feature
from towhee_recsys.features.layer import Layer, Weight
from towhee_recsys.features.vocabulary import UNKNOWN, Vocabulary

Declared = TypeVar("Declared", bound=Feature)
State = dict[str, Any]
"""What fitting finds, as JSON."""

Similarity = Callable[[np.ndarray], np.ndarray]
"""How alike n encoded values are to each of some others: float32[n, others], from 0 to 1."""


class Column(ABC, Generic[Declared]):
    """A fitted feature: encodes values as an array, and the array as one vector a record.

    Attributes:
        feature: The declaration.
        state: What `fit` found.
        paddle_layer: The dotted name of the layer's class in PaddlePaddle, made as `layer(feature, table_rows, size)`.
            Its weights have the names that `layer` requests; its attribute `table` is the name of the one with
            `table_rows` rows.
    """

    paddle_layer: ClassVar[str]

    def __init__(self, feature: Declared, state: Mapping[str, Any]):
        self.feature, self.state = feature, dict(state)

    @classmethod
    @abstractmethod
    def fit(cls, feature: Declared, values: Sequence[Any]) -> State:
        """Fits the state to the `values` of training; unacceptable ones are left out."""

    @abstractmethod
    def encode(self, values: Sequence[Any]) -> np.ndarray:
        """`values` as one array with a line for each; None and unknown values have a code, too.

        Raises:
            QueryError: a value is not of the type that the feature takes.
        """

    def linear(self, encoded: np.ndarray) -> np.ndarray:
        """Encoded values as the input of a linear model: float32[n, k], k = 0 for kinds that have none."""
        return np.zeros((len(encoded), 0), dtype=np.float32)

    def decode(self, line: np.ndarray) -> Any:
        """The value that one line of `encode`, such as a row number, stands for.

        None for an unknown or missing value, and where a line does not show it.
        """
        return None

    def unknown_values(self, value: Any) -> list[str]:
        """The values in `value` that training never met and that count as unknown; an empty list for most kinds."""
        return []

    @property
    @abstractmethod
    def table_rows(self) -> int:
        """The number of rows of the layer's table; row numbers in encoded arrays are below it."""

    def rows_in(self, other: Column[Declared]) -> np.ndarray:
        """For each row of this column's table the row of `other`, of the same declaration, that means the same.

        int64[table_rows], with -1 where `other` has none.
        """
        return np.arange(self.table_rows)

    @abstractmethod
    def layer(self, size: int, weight: Weight) -> Layer:
        """The layer in NumPy, which gives vectors float32[n, size] for encoded arrays."""

    def similarity(self, others: np.ndarray) -> Similarity | None:
        """How alike encoded values are to each of `others`, which are encoded, too.

        It is symmetric, 1 for a known value and itself, and 0 where a value is missing or unknown. As a matrix of some
        values by themselves it has no negative eigenvalue. None for kinds whose values are never alike, as ids.
        """
        return None

    def refused(self, value: Any, accepted: str) -> QueryError:
        """The error for a `value` that the feature does not take."""
        column = self.feature.column
        return QueryError(f"{column} {value!r} is not acceptable: give {accepted}.", column, accepted)


class VocabularyColumn(Column[Declared]):
    """A column whose values, or parts of them, have rows by a vocabulary."""

    def __init__(self, feature: Declared, state: Mapping[str, Any]):
        super().__init__(feature, state)
        self.vocabulary = Vocabulary(self.state["values"])

    @property
    def table_rows(self) -> int:
        """The number of known values, and the row of the unknown."""
        return len(self.vocabulary)

    def rows_in(self, other: Column[Declared]) -> np.ndarray:
        """Rows are those of the same values; what comes before them, such as the unknown's row, is the same."""
        assert isinstance(other, VocabularyColumn)
        first = self.table_rows - len(self.vocabulary.values)
        rows = other.vocabulary.rows(self.vocabulary.values)
        return np.concatenate([np.arange(first), np.where(rows == UNKNOWN, -1, rows + first - 1)])
