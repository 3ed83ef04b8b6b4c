"""The features of users or of items, fitted: records to arrays."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from towhee_recsys.errors import DeclarationError, QueryError, bulleted, close_match
from towhee_recsys.features.column import Column, State
from towhee_recsys.features.feature import Feature
from towhee_recsys.features.kinds import KINDS
from towhee_recsys.features.liked import FEEDBACK

if TYPE_CHECKING:
    import pandas as pd

Record = Mapping[str, Any]

CHUNK = 8_192
"""Rows of a table that are encoded at once."""


class FeatureEncoder:
    """The fitted features of users or of items.

    Attributes:
        features: The declarations.
        columns: For each feature what was fitted.
        state: All that fitting found, as JSON: `{"columns": [...], "fitted": {column: {...}}}`.
    """

    def __init__(self, features: Sequence[Feature], state: Mapping[str, Any]):
        self.features, self.state = list(features), dict(state)
        self.columns: list[Column[Any]] = [
            KINDS[feature.kind].column(feature, state["fitted"][feature.column]) for feature in features
        ]

    @classmethod
    def fit(
        cls,
        features: Sequence[Feature],
        table: pd.DataFrame,
        known: Collection[Any],
        key: str = "features",
        kept: Mapping[str, State] | None = None,
    ) -> FeatureEncoder:
        """Fits `features` on `table`; of its ids only the `known` ones get a row of their own.

        The columns in `kept` have the states there; they are not fitted.

        Raises:
            DeclarationError: features, which the config declares at `key`, name columns that the table does not have.
        """
        check_columns({f"{key}[{row}].column": feature.column for row, feature in enumerate(features)}, table)
        fitted = dict(kept or {})
        for feature in features:
            if feature.column in fitted:
                continue
            values = [value for part in _values(table[feature.column]) for value in part]
            if feature.is_id:
                values = [value for value in values if value in known]
            fitted[feature.column] = KINDS[feature.kind].column.fit(feature, values)
        return cls(features, {"columns": list(map(str, table.columns)), "fitted": fitted})

    def encode(self, records: Sequence[Record], ignored: Sequence[str] = ()) -> list[np.ndarray]:
        """One array a feature, in the features' order, each with one line a record.

        A field that is missing or None counts as unknown. Fields named in `ignored` are accepted, but not read.

        Raises:
            QueryError: a record has a field that is neither a column of the table nor `ignored`, or a value that its
                feature cannot take.
        """
        for record in records:
            self.check(record, ignored)
        return [
            column.encode([plain(record.get(feature.column)) for record in records])
            for feature, column in zip(self.features, self.columns, strict=True)
        ]

    def check(self, record: Record, ignored: Sequence[str] = ()) -> None:
        """Checks the fields of a record.

        Raises:
            QueryError: the record is no mapping, or has a field that is neither a column of the table nor `ignored`.
        """
        if not isinstance(record, Mapping):
            raise QueryError(f"a record is a mapping such as {self._example()}; {record!r} was given.")
        columns = self.state["columns"]
        for field in record:
            if field not in columns and field not in ignored:
                others = (name for name in ignored if name not in columns and name != FEEDBACK)  # pipelines set it
                known = [*columns, *others]
                accepted = ", ".join(known)
                raise QueryError(
                    f"field {field!r} is not known.{close_match(field, known)} Accepted: {accepted}.",
                    str(field),
                    accepted,
                )

    def encode_table(self, table: pd.DataFrame) -> list[np.ndarray]:
        """As `encode`, for all rows of a frame that has the fitted columns; no records are made, which take memory.

        Raises:
            QueryError: a value is not one that its feature can take.
        """
        return [
            np.concatenate([column.encode(values) for values in _values(table[feature.column])])
            for feature, column in zip(self.features, self.columns, strict=True)
        ]

    def hide(self, arrays: Sequence[np.ndarray], rate: float, rng: np.random.Generator) -> list[np.ndarray]:
        """`arrays` with each category made unknown with probability `rate`, so that the unknown's row learns too."""
        unknown = self.encode([{}])
        rates = [rate if feature.learns_unknown else 0 for feature in self.features]
        hidden = [rng.random(len(array)) < own for array, own in zip(arrays, rates, strict=True)]
        return [
            np.where(mask.reshape(-1, *[1] * (array.ndim - 1)), nothing, array)
            for array, nothing, mask in zip(arrays, unknown, hidden, strict=True)
        ]

    def _example(self) -> str:
        return "{" + ", ".join(f"{feature.column!r}: ..." for feature in self.features) + "}"


def _values(column: pd.Series) -> Iterator[list[Any]]:
    """The values of a column, None for missing ones, in parts of at most `CHUNK`: one part at least."""
    for first in range(0, max(1, len(column)), CHUNK):
        part = column.iloc[first : first + CHUNK].astype(object)
        yield [plain(value) for value in part.where(part.notna(), None)]


def check_columns(named: Mapping[str, str], table: pd.DataFrame) -> None:
    """Checks that `table` has the columns that features name, by the settings that name them.

    Raises:
        DeclarationError: columns are missing; all are named.
    """
    there = list(map(str, table.columns))
    problems = [
        f"{setting}: given {column!r}, which is not in the data.{close_match(column, there)}"
        for setting, column in named.items()
        if column not in there
    ]
    if problems:
        raise DeclarationError(bulleted(problems, after=f"Accepted: {', '.join(map(repr, there))}."))


def plain(value: Any) -> Any:
    """`value` as it was before a data frame converted a column with gaps: NaN becomes None, and 25.0 becomes 25."""
    if not isinstance(value, (float, np.floating)):
        return value
    if np.isnan(value):
        return None
    return int(value) if float(value).is_integer() else value
