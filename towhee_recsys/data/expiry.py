"""The times after which items are not found any more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from towhee_recsys.data.times import EARLIEST, LATEST


def expiry_times(values: Sequence[Any], unit: str) -> tuple[list[float | None], list[int]]:
    """Seconds since 1970 of each value, None where it is missing; and the positions of the values that are no time.

    Times are numbers of the `unit` s, ms, us or ns since 1970, or ISO 8601.
    """
    from towhee_recsys.data.sources.table.values import seconds_of

    there = [row for row, value in enumerate(values) if not _is_missing(value)]
    seconds = seconds_of([values[row] for row in there], unit) if there else np.zeros(0)
    good = (seconds >= EARLIEST) & (seconds <= LATEST)
    times: list[float | None] = [None] * len(values)
    for row, time in zip(there, seconds.tolist(), strict=True):
        times[row] = time
    return times, [row for row, is_good in zip(there, good.tolist(), strict=True) if not is_good]


def _is_missing(value: Any) -> bool:
    if isinstance(value, str):
        return not value.strip()
    return value is None or type(value).__name__ in ("NAType", "NaTType") or value != value
