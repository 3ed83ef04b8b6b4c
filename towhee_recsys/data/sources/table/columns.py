"""Columns of users and items: numbers, truth values, texts and lists of texts, as declared or by content."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from towhee_recsys.data.items import FieldType
from towhee_recsys.data.sources.lines import BadLine, shortened
from towhee_recsys.data.sources.table.cells import LISTS, Cells, cells, has_lists
from towhee_recsys.data.sources.table.ids import whole_number
from towhee_recsys.data.sources.table.raw import RawTable

_DECIMAL = re.compile(r"-?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
"""Texts such as 02460 or +1 are not numbers: they would not come out as they came."""

_SCALARS: tuple[FieldType, ...] = ("boolean", "number", "text")


def convert(
    raw: RawTable, name: str, separator: str | None = None, wanted: FieldType | None = None
) -> tuple[pd.Series, FieldType]:
    """The column `name` of `raw` and its type: `wanted`, or the first that all of its cells have.

    Whole numbers are Int64, other numbers float64, truth values boolean, texts and lists of texts object. What is
    missing is NA, NaN or None, and an empty list. With a `separator`, texts are split into lists.

    Raises:
        DatasetError: a cell is not of the type `wanted`, or is not a finite number (strict reading).
    """
    column = raw.columns[name]
    if separator is not None or wanted == "texts" or (wanted is None and has_lists(column)):
        return _lists(raw, name, column, separator), "texts"
    found = cells(column, raw.is_text)
    kind, parsed = _parse(found, [wanted] if wanted else list(_SCALARS))
    wrong = found.spread((value is None or value in (math.inf, -math.inf) for value in parsed), False, bool)
    accepted = "a finite number" if kind == "number" else f"a {kind}"
    raw.refuse(
        wrong,
        lambda row: BadLine(f"{name} not {accepted}", f"{name}: given {found.shown(row)}, accepted: {accepted}"),
    )
    return _series(kind, parsed, found), kind


def _parse(found: Cells, kinds: list[FieldType]) -> tuple[FieldType, list[Any]]:
    """The first of `kinds` that all cells have, or the last one, and the values as such; None for a wrong one."""
    if not found.values or bool(found.missing.all()):
        kinds = kinds[-1:]
    parsed: list[Any] = []
    for kind in kinds:
        parsed = [_PARSERS[kind](value, found.is_text) for value in found.values]
        used = [value for value, text in zip(parsed, found.values, strict=True) if not _is_blank(text)]
        if not any(value is None for value in used):
            break
    return kind, parsed


def _is_blank(value: Any) -> bool:
    return isinstance(value, str) and not value.strip()


def _boolean(value: Any, is_text: bool) -> bool | None:
    if is_text:
        return {"true": True, "false": False}.get(value.strip().lower())
    return bool(value) if isinstance(value, (bool, np.bool_)) else None


def _number(value: Any, is_text: bool) -> int | float | None:
    if is_text:
        return _number_in(value.strip())
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, Decimal, np.integer, np.floating)):
        return None
    if isinstance(value, (int, np.integer)) and -(2**63) <= value < 2**63:
        return int(value)
    return float(value)


def _number_in(text: str) -> int | float | None:
    if (whole := whole_number(text)) is not None:
        return whole
    if text.lstrip("-").isdigit() or not _DECIMAL.fullmatch(text):
        return None  # digits that are too many for 64 bits stay a text, so that none is lost
    number = float(text)
    return number if math.isfinite(number) else None


def _text(value: Any, _: bool) -> str:
    if isinstance(value, str):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


_PARSERS: dict[FieldType, Callable[[Any, bool], Any]] = {"boolean": _boolean, "number": _number, "text": _text}


def _series(kind: FieldType, parsed: list[Any], found: Cells) -> pd.Series:
    if kind == "text":
        return pd.Series(found.spread(parsed, None, object), dtype=object)
    if kind == "boolean":
        return pd.Series(pd.array([*parsed, None], dtype="boolean")[found.codes])
    numbers = [value for value in parsed if value is not None]
    gaps = bool(found.missing.any()) and not found.is_text
    if all(isinstance(value, int) or (gaps and value.is_integer()) for value in numbers):
        whole = [None if value is None else int(value) for value in parsed]
        return pd.Series(pd.array([*whole, None], dtype="Int64")[found.codes])
    return pd.Series(found.spread((math.nan if value is None else value for value in parsed), math.nan, np.float64))


def _lists(raw: RawTable, name: str, column: pd.Series, separator: str | None) -> pd.Series:
    lists = [_list(value, separator) for value in column]
    wrong = np.array([each is None for each in lists], dtype=bool)
    accepted = "a list of texts" if separator is None else f"a list, or texts separated by {separator!r}"
    raw.refuse(
        wrong,
        lambda row: BadLine(f"{name} not a list", f"{name}: given {shortened(column.iloc[row])}, accepted: {accepted}"),
    )
    return pd.Series(lists, dtype=object)


def _list(value: Any, separator: str | None) -> list[str] | None:
    """`value` as a list of texts; empty where it is missing, None where it is no list."""
    if isinstance(value, LISTS):
        parts = sorted(value, key=str) if isinstance(value, (set, frozenset)) else list(value)
        return (
            None
            if any(isinstance(part, (dict, *LISTS)) for part in parts)
            else [_text(part, False) for part in parts if part is not None]
        )
    if isinstance(value, str) and separator is not None:
        return [part.strip() for part in value.split(separator) if part.strip()]
    return [] if value is None or value is pd.NA or value is pd.NaT or value != value or value == "" else None
