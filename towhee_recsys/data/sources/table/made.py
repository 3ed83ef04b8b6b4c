"""Columns that are made of others: without texts that mean nothing, extracted by patterns, or lists from 0 and 1."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

from towhee_recsys.config.tables import UsersTable
from towhee_recsys.data.sources.declared import Named, declared_columns
from towhee_recsys.data.sources.lines import BadLine
from towhee_recsys.data.sources.table.cells import cells
from towhee_recsys.data.sources.table.ids import whole_number
from towhee_recsys.data.sources.table.raw import RawTable
from towhee_recsys.errors import DatasetError

_TRUTH = {"0": False, "0.0": False, "false": False, "1": True, "1.0": True, "true": True}


def columns_in_file(declared: UsersTable, key: str) -> list[Named]:
    """The columns that the section `key`, `declared`, names and that are in the file itself, with their settings."""
    labels = declared.multi_hot.items()
    return [
        *(each for each in declared_columns(declared, key) if each[1] not in declared.made),
        *((f"{key}.keep[{row}]", column) for row, column in enumerate(declared.keep)),
        *((f"{key}.extract.{column}", column) for column in declared.extract),
        *((f"{key}.multi_hot.{name}[{row}]", column) for name, columns in labels for row, column in enumerate(columns)),
    ]


def columns_to_read(declared: UsersTable, key: str) -> set[str] | None:
    """The columns that are read of the file; None where all are kept."""
    return {column for _, column in columns_in_file(declared, key)} if declared.keep else None


def make_columns(raw: RawTable, declared: UsersTable, key: str) -> None:
    """Replaces columns of `raw` by those that the section `key`, `declared`, makes of them.

    Raises:
        DatasetError: a new column has the name of one that is there, or a declared one is replaced; or a cell is not 0
            or 1 (strict reading).
    """
    _must_stay(declared, key)
    if taken := sorted(declared.made & set(raw.names)):
        raise DatasetError(
            f"{raw.name}: {key} makes the column {taken[0]!r}, which is in the table; give the new one another name"
        )
    if (kept := columns_to_read(declared, key)) is not None:
        raw.columns = {name: column for name, column in raw.columns.items() if name in kept}
    if declared.missing:
        raw.columns.update({name: _without(column, declared.missing) for name, column in raw.columns.items()})
    for name, pattern in declared.extract.items():
        _replace(raw, [name], _extracted(raw, name, re.compile(pattern)))
    for name, columns in declared.multi_hot.items():
        _replace(raw, columns, {name: _labels(raw, columns)})


def _must_stay(declared: UsersTable, key: str) -> None:
    replaced = {column for columns in declared.multi_hot.values() for column in columns} - declared.made
    for setting, column in declared_columns(declared, key):
        if column in replaced:
            raise DatasetError(
                f"{setting}: given {column!r}, which {key}.multi_hot replaces by a list; accepted: a column that stays"
            )


def _replace(raw: RawTable, old: Iterable[str], new: dict[str, pd.Series]) -> None:
    """Puts the columns `new` where the first of `old` is, and drops `old`."""
    first, *others = old
    there = {name: {name: column} for name, column in raw.columns.items() if name not in others} | {first: new}
    raw.columns = {name: column for columns in there.values() for name, column in columns.items()}
    raw.names = list(dict.fromkeys([*raw.columns, *raw.names]))


def _without(column: pd.Series, missing: list[str]) -> pd.Series:
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column
    given = column.tolist()
    return pd.Series([None if isinstance(value, str) and value in missing else value for value in given], dtype=object)


def _extracted(raw: RawTable, name: str, pattern: re.Pattern[str]) -> dict[str, pd.Series]:
    column = raw.columns[name]
    found = [pattern.fullmatch(value.strip()) if isinstance(value, str) else None for value in column]
    columns = {} if name in pattern.groupindex else {name: column}
    for group in pattern.groupindex:
        texts = [match[group] if match else None for match in found]
        if group == name:  # what is not like the pattern stays as it is
            texts = [text if match else value for text, match, value in zip(texts, found, column, strict=True)]
        columns[group] = pd.Series(texts if raw.is_text or group == name else _numbers(texts), dtype=object)
    return columns


def _numbers(texts: list[str | None]) -> list[str | None] | list[int | None]:
    """The texts as whole numbers where all are some: texts have their types found by content in files of text alone."""
    numbers = [None if text is None else whole_number(text) for text in texts]
    return numbers if numbers.count(None) == texts.count(None) else texts


def _labels(raw: RawTable, columns: list[str]) -> pd.Series:
    marked = np.zeros((len(raw.numbers), len(columns)), dtype=bool)
    for at, name in enumerate(columns):
        found = cells(raw.columns[name], raw.is_text)
        truth = [_TRUTH.get(str(value).strip().lower()) for value in found.values]
        raw.refuse(
            found.spread((value is None for value in truth), False, bool),
            lambda row, name=name, found=found: BadLine(  # type: ignore[misc]
                f"{name} not 0 or 1", f"{name}: given {found.shown(row)}, accepted: 0 or 1"
            ),
        )
        marked[:, at] = found.spread(map(bool, truth), False, bool)
    return pd.Series([[columns[at] for at in np.flatnonzero(row)] for row in marked], dtype=object)
