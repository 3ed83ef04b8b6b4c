"""Times as data give them: numbers since 1970 in some unit, or ISO 8601."""

from __future__ import annotations

import re

ISO_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[-+][0-9]{2}:?[0-9]{2})?)?"
)
"""Times as ISO 8601 that the readers read."""

UNITS = {
    "s": (1, "seconds"),
    "ms": (10**3, "milliseconds"),
    "us": (10**6, "microseconds"),
    "ns": (10**9, "nanoseconds"),
}
"""The units of times that are numbers: how many of each are a second, and its name."""

EARLIEST, LATEST = -62_135_596_800, 253_402_300_799
"""The years 1 to 9999 in seconds: a time in milliseconds lies beyond them."""


def accepted_times(unit: str) -> str:
    """The times that are read, in words, where numbers are of the `unit`."""
    return f"{UNITS[unit][1]} since 1970, or ISO 8601 such as 2024-05-31T18:30:00Z"
