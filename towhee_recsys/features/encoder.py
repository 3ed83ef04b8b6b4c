"""One side of the model, users or items: its declared features, fitted, and records turned into arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from towhee_recsys.config.features import Feature
from towhee_recsys.errors import DatasetError, QueryError, close_match
from towhee_recsys.features.columns import KINDS, Column

if TYPE_CHECKING:
    import pandas as pd

Record = Mapping[str, Any]


HIDDEN = ("category", "categories")
"""The kinds whose unknown has to be learned: the other kinds' says nothing, or is a mean."""


class FeatureEncoder:
    """The fitted features of users or of items.

    `state` holds, as JSON, all that fitting found: `{"columns": [...], "fitted": {column: {...}}}`.
    """

    def __init__(self, features: Sequence[Feature], state: Mapping[str, Any]):
        self.features, self.state = list(features), dict(state)
        self.columns: list[Column] = [
            KINDS[feature.kind](feature, state["fitted"][feature.column]) for feature in features
        ]

    @classmethod
    def fit(cls, features: Sequence[Feature], table: pd.DataFrame, known: set[Any]) -> FeatureEncoder:
        """Fits `features` on `table`; of its ids only the `known` ones have a row of their own.

        Raises DatasetError when a feature names a column that the table does not have.
        """
        fitted = {}
        for feature in features:
            if feature.column not in table.columns:
                nearest = close_match(feature.column, table.columns)
                raise DatasetError(
                    f"feature column {feature.column!r} is not in the data.{nearest} "
                    f"Columns there: {', '.join(map(str, table.columns))}."
                )
            column = table[feature.column].astype(object)
            values = [value for value in column.where(column.notna(), None) if feature.kind != "id" or value in known]
            fitted[feature.column] = KINDS[feature.kind].fit(feature, values)
        return cls(features, {"columns": list(map(str, table.columns)), "fitted": fitted})

    def encode(self, records: Sequence[Record]) -> list[np.ndarray]:
        """One array a feature, in the features' order, each with one line a record.

        A field that is missing or None counts as unknown. Raises QueryError for a field that no column has
        and for a value that its feature cannot take.
        """
        for record in records:
            self._check(record)
        return [
            column.encode([_plain(record.get(feature.column)) for record in records])
            for feature, column in zip(self.features, self.columns, strict=True)
        ]

    def hide(self, arrays: Sequence[np.ndarray], rate: float, rng: np.random.Generator) -> list[np.ndarray]:
        """`arrays` with each category made unknown with probability `rate`, so that the unknown's row learns too."""
        unknown = self.encode([{}])
        rates = [rate if feature.kind in HIDDEN else 0 for feature in self.features]
        hidden = [rng.random(len(array)) < own for array, own in zip(arrays, rates, strict=True)]
        return [
            np.where(mask.reshape(-1, *[1] * (array.ndim - 1)), nothing, array)
            for array, nothing, mask in zip(arrays, unknown, hidden, strict=True)
        ]

    def _check(self, record: Record) -> None:
        if not isinstance(record, Mapping):
            raise QueryError(f"a record is a mapping such as {self._example()}; {record!r} was given.")
        for field in record:
            if field not in self.state["columns"]:
                accepted = ", ".join(self.state["columns"])
                raise QueryError(
                    f"field {field!r} is not known.{close_match(field, self.state['columns'])} Accepted: {accepted}."
                )

    def _example(self) -> str:
        return "{" + ", ".join(f"{feature.column!r}: ..." for feature in self.features) + "}"


def _plain(value: Any) -> Any:
    """What a data frame makes of a column with gaps is undone: NaN is nothing, and 25.0 is 25."""
    if not isinstance(value, (float, np.floating)):
        return value
    if np.isnan(value):
        return None
    return int(value) if float(value).is_integer() else value
