"""The values and the times of interactions."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import datetime, timezone
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from towhee_recsys.config import DataSchema
from towhee_recsys.config.cleaning import LARGEST
from towhee_recsys.data.sources.lines import BadLine, shortened
from towhee_recsys.data.sources.table.cells import Cells, cells
from towhee_recsys.data.sources.table.raw import RawTable
from towhee_recsys.data.times import EARLIEST, ISO_TIME, LATEST, UNITS, accepted_times
from towhee_recsys.errors import close_match

_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")


def values_of(raw: RawTable, schema: DataSchema) -> np.ndarray:
    """The value of each row, float64[rows]: its rating, the weight of its event, its count, or 1.

    Raises:
        DatasetError: a rating is no number or is out of scale, an event has no weight, or a count is no number from 0
            to `LARGEST` (strict reading).
    """
    table = schema.interactions
    if table.event is not None:
        return _weights(raw, table.event, table.weights)
    column = table.rating or table.count
    if column is None:
        return np.ones(len(raw.numbers))
    found = cells(raw.columns[column], raw.is_text)
    numbers = found.spread(map(number_in, found.values), math.nan, np.float64)
    name = "rating" if table.rating else "count"
    _refuse(raw, ~np.isfinite(numbers), f"{name} not a number", column, found, "a number")
    if table.scale is not None:
        lowest, highest = table.scale
        accepted = f"a number from {lowest:g} to {highest:g}, dataset.interactions.scale"
        _refuse(raw, ~((numbers >= lowest) & (numbers <= highest)), "rating out of scale", column, found, accepted)
    else:
        accepted = f"a number from 0 to {LARGEST:g}"
        _refuse(raw, ~((numbers >= 0) & (numbers <= LARGEST)), "count out of range", column, found, accepted)
    return numbers


def times_of(raw: RawTable, column: str | None, unit: str = "s") -> np.ndarray:
    """The time of each row in seconds since 1970 (UTC), int64[rows]; 0 where no column is declared.

    Times that are numbers are of the `unit`, one of `UNITS`.

    Raises:
        DatasetError: a time is neither a number since 1970 nor ISO 8601 (strict reading).
    """
    if column is None:
        return np.zeros(len(raw.numbers), dtype=np.int64)
    series = raw.columns[column]
    kind = series.dtype.kind if isinstance(series.dtype, (np.dtype, pd.DatetimeTZDtype)) else ""
    if kind == "M":
        seconds = _of_datetimes(series)
    elif kind in ("i", "u", "f"):
        seconds = np.floor(series.to_numpy(np.float64) / UNITS[unit][0])
    else:
        seconds = seconds_of(series.tolist(), unit)  # nearly all differ: distinct values are not looked for
    wrong = ~((seconds >= EARLIEST) & (seconds <= LATEST))
    accepted = accepted_times(unit)

    def problem(row: int) -> BadLine:
        given = shortened(series.iloc[row]) if str(series.iloc[row]).strip() else "nothing"
        too_late = " (of another unit, such as milliseconds? Set dataset.interactions.time_unit)"
        hint = too_late if seconds[row] > LATEST else ""
        return BadLine("time not readable", f"{column}: given {given}, accepted: {accepted}{hint}")

    raw.refuse(wrong, problem)
    return np.where(wrong, 0, seconds).astype(np.int64)


def _weights(raw: RawTable, column: str, weights: dict[str, float]) -> np.ndarray:
    found = cells(raw.columns[column], raw.is_text)
    known = found.spread((weights.get(_event(value), math.nan) for value in found.values), math.nan, np.float64)

    def problem(row: int) -> BadLine:
        code = found.codes[row]
        hint = "" if code < 0 else close_match(found.values[code], weights)
        given = f"{column}: given {found.shown(row)}, accepted: {', '.join(weights)}.{hint}"
        cure = "Fix the row, or give the type of event a weight in dataset.interactions.weights (0 leaves it out)"
        return BadLine("unknown event", given.rstrip("."), cure=cure)

    raw.refuse(np.isnan(known), problem)
    return known


def _event(value: Any) -> str:
    """The type of event that `value` is: 1.0, as in a column with gaps, is 1."""
    return str(int(value) if isinstance(value, float) and value.is_integer() else value)


def _refuse(raw: RawTable, mask: np.ndarray, reason: str, column: str, found: Cells, accepted: str) -> None:
    raw.refuse(mask, lambda row: BadLine(reason, f"{column}: given {found.shown(row)}, accepted: {accepted}"))


def number_in(value: Any) -> float:
    """The number that `value` is; NaN where it is not a number."""
    if isinstance(value, str):
        return float(value) if _NUMBER.fullmatch(value.strip()) else math.nan
    if isinstance(value, (bool, np.bool_)):
        return math.nan
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan


def seconds_of(values: list[Any], unit: str) -> np.ndarray:
    """float64[values]: seconds since 1970, rounded down; NaN where a value is no time.

    Times that are numbers are of the `unit`, one of `UNITS`.
    """
    seconds, per_second = np.full(len(values), math.nan), UNITS[unit][0]
    parsers: list[Callable[[list[Any]], np.ndarray]] = [partial(_from_numbers, per_second=per_second), _from_iso]
    if any(map(_iso, values[:1])):
        parsers.reverse()  # the likely one first: each looks only at what the ones before it could not read
    for parse in parsers:
        rest = np.flatnonzero(np.isnan(seconds))
        if len(rest):
            seconds[rest] = parse([values[at] for at in rest])
    return seconds


def _from_numbers(values: list[Any], per_second: int) -> np.ndarray:
    parse = float if _are_digits(values) else number_in
    return np.floor(np.fromiter(map(parse, values), np.float64, len(values)) / per_second)


def _are_digits(values: list[Any]) -> bool:
    """Whether all values are texts of plain digits, which is quickly known and what most tables have."""
    if not all(isinstance(value, str) and value for value in values):
        return False
    digits = "".join(values)
    return digits.isascii() and digits.isdigit()


def _from_iso(values: list[Any]) -> np.ndarray:
    texts = list(map(_iso, values))
    seconds = _of_datetimes(pd.to_datetime(pd.Series(texts, dtype=object), format="ISO8601", utc=True, errors="coerce"))
    for row in np.flatnonzero(np.isnan(seconds)).tolist():
        if text := texts[row]:
            seconds[row] = _seconds_of_iso(text)  # pandas 2 has the years 1677 to 2262 alone
    return seconds


def _seconds_of_iso(text: str) -> float:
    text = re.sub(r"\.[0-9]+", "", text).replace("Z", "+00:00")
    try:
        time = datetime.fromisoformat(re.sub(r"([-+][0-9]{2})([0-9]{2})$", r"\1:\2", text))
        return (time if time.tzinfo else time.replace(tzinfo=timezone.utc)).timestamp()
    except (ValueError, OverflowError):
        return math.nan


def _iso(value: Any) -> str | None:
    text = value.isoformat() if hasattr(value, "isoformat") else value
    return text if isinstance(text, str) and ISO_TIME.fullmatch(text) else None


def _of_datetimes(series: pd.Series) -> np.ndarray:
    """float64[rows]: seconds since 1970, those without a time zone as UTC; NaN where there is no time."""
    if series.dt.tz is not None:
        series = series.dt.tz_convert("UTC").dt.tz_localize(None)
    seconds = series.to_numpy().astype("datetime64[s]")
    return np.where(np.isnat(seconds), math.nan, seconds.astype(np.int64).astype(np.float64))
