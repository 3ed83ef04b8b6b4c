"""Features from the columns of users and items as they were read, and why others are left out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from towhee_recsys.config.tables import ItemsTable, UsersTable
from towhee_recsys.data.sources.table.values import number_in
from towhee_recsys.features.liked import RECORD_FIELDS
from towhee_recsys.features.number import LARGEST
from towhee_recsys.features.words import words
from towhee_recsys.init.column import Column
from towhee_recsys.init.names import is_identifier
from towhee_recsys.init.texts import is_link

OFTEN = 5
"""A value that fewer rows have teaches little."""

FEW_CODES = 30
"""Whole numbers that take at most so many values are codes."""

MOST_VALUES = 20_000
LARGEST_LISTS = 250_000_000
"""The most cells in the matrix of lists: rows x distinct members."""

LONGEST, SHORTEST = 32, 3
"""The limits of the words read of a text."""


@dataclass(frozen=True)
class FoundFeature:
    """A feature, as the config declares it, with a comment; or, without settings, why a column is none."""

    column: str
    settings: dict[str, Any]
    why: str


def find_features(table: pd.DataFrame, side: UsersTable, leaks: Mapping[str, str]) -> list[FoundFeature]:
    """A feature for each column that can teach something, the id first and texts last; those left out come last."""
    found = [FoundFeature(side.id, {"kind": "id", "column": side.id}, "")]
    for name in table.columns:
        if name == side.id:
            continue
        if name in leaks:
            found.append(FoundFeature(name, {}, leaks[name]))
        elif "${" in name or name in RECORD_FIELDS:
            found.append(FoundFeature(name, {}, "a config cannot name this column; rename it to use it"))
        else:
            found.append(_feature(table, name, side))
    order = {"id": 0, "category": 1, "categories": 2, "number": 3, "text": 4}
    return sorted(found, key=lambda each: order.get(each.settings.get("kind", ""), 5))


def is_numeric(series: pd.Series) -> bool:
    """Whether a column was read as one of numbers."""
    return pd.api.types.is_numeric_dtype(series) and not pd.api.types.is_bool_dtype(series)


def _feature(table: pd.DataFrame, name: str, side: UsersTable) -> FoundFeature:
    series = table[name]
    if any(isinstance(value, list) for value in series.head(1)):
        settings, why = _of_lists(series, name)
    else:
        filled = series.dropna()
        if not len(filled):
            settings, why = {}, "it is empty"
        elif filled.nunique() == 1 and len(series) > 1:
            settings, why = {}, f"all values are {filled.head(1).tolist()[0]!r}"
        elif is_numeric(series):
            settings, why = _of_numbers(filled, name)
        elif pd.api.types.is_bool_dtype(series):
            settings, why = {"kind": "category"}, "true or false"
        else:
            settings, why = _of_texts(filled, name, side)
    return FoundFeature(name, {"kind": settings["kind"], "column": name, **settings} if settings else {}, why)


Found = tuple[dict[str, Any], str]


def _of_lists(series: pd.Series, name: str) -> Found:
    lengths = series.map(len)
    members = pd.Series([member for members in series for member in members], dtype=object)
    distinct = members.nunique()
    if not distinct:
        return {}, "it is empty"
    if len(series) * distinct > LARGEST_LISTS or len(members) < 2 * distinct:
        return {}, f"lists of {distinct:,} values, too many to learn from {len(series):,} rows"
    return {"kind": "categories"}, f"lists of {distinct:,} values, {lengths.mean():.1f} each"


def _of_numbers(filled: pd.Series, name: str) -> Found:
    numbers, distinct = filled.astype(float), filled.nunique()
    if numbers.abs().max() >= LARGEST:
        return {}, f"numbers such as {numbers.abs().max():g} are too large"
    is_whole = pd.api.types.is_integer_dtype(filled)
    if is_whole and (is_identifier(name) or (distinct <= FEW_CODES and distinct * OFTEN <= len(filled))):
        return _category(filled, "codes")
    if is_whole and distinct == len(filled) > FEW_CODES and _is_row_number(numbers):
        return {}, "it numbers the rows"
    knots = min(16 if len(filled) >= 2000 else 8 if len(filled) >= 300 else 4, distinct)
    lowest, middle, highest = numbers.min(), numbers.median(), numbers.max()
    why = f"{lowest:g} to {highest:g}, half of them below {middle:g}"
    if middle > 0 and highest > 10 * middle:
        why += "; skewed: knots lie at quantiles, as on a log scale"
    return {"kind": "number", "knots": max(2, knots)}, why


def _is_row_number(numbers: pd.Series) -> bool:
    return bool((np.diff(numbers.to_numpy()) == 1).all())


def _of_texts(filled: pd.Series, name: str, side: UsersTable) -> Found:
    column = Column.of(name, 0, filled.reset_index(drop=True), True)
    if is_link(column):
        return {}, "links"
    if isinstance(side, ItemsTable) and name == side.title:
        return _text(filled, "words of the title")
    if column.kind == "date":
        return {}, "dates: their year is a feature" if name in side.extract else "dates, in too few years to learn from"
    settings, why = _category(filled, "values")
    if settings:
        return settings, why
    if spoiled := _spoiled_numbers(filled):
        return {}, spoiled
    many_words = column.kind == "text" and float(np.mean([len(words(text)) for text in column.values[:2000]])) >= 3
    return _text(filled, "words") if many_words else (settings, why)


def _spoiled_numbers(filled: pd.Series) -> str:
    """Why a column in which most cells are numbers was read as texts; an empty text for other columns."""
    others = [text for text in filled.map(str) if not math.isfinite(number_in(text))]
    if not 0 < 2 * len(others) <= len(filled):
        return ""
    return (
        f"most cells are numbers, but {len(others):,} of {len(filled):,} are not, such as {others[0]!r:.50}: "
        "correct them, or list them under `missing`"
    )


def _category(filled: pd.Series, noun: str) -> Found:
    """A category, if most rows have a value that comes often enough to learn from."""
    counts = filled.value_counts()
    often = OFTEN if len(filled) >= 100 else 2
    learnable = counts[counts >= often].sum() / len(filled)
    if learnable < 0.5 or len(counts) > MOST_VALUES:
        unique = "nearly all differ" if len(counts) > 0.9 * len(filled) else "most are too rare to learn from"
        return {}, f"{len(counts):,} {noun} in {len(filled):,} rows: {unique}"
    return {"kind": "category"}, f"{len(counts):,} {noun}"


def _text(filled: pd.Series, what: str) -> Found:
    lengths = [len(words(str(text))) for text in filled.head(20_000)]
    length = int(np.clip(np.quantile(lengths, 0.95), SHORTEST, LONGEST))
    vocabulary = len({word for text in filled.head(20_000) for word in words(str(text))})
    if not vocabulary:
        return {}, "texts without words"
    return {"kind": "text", "length": length}, f"{what}: {vocabulary:,} of them; 95 % have at most {length}"


def left_out(features: list[FoundFeature]) -> Iterator[FoundFeature]:
    """The columns that are no features."""
    return (each for each in features if not each.settings)
