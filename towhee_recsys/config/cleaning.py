"""The declaration of how interactions are cleaned: which are kept, and what happens to repeated ones."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from towhee_recsys.support.section import Section

DuplicateRule = Literal["error", "last", "first", "mean", "sum", "max"]
EXPLICIT_RULES: tuple[DuplicateRule, ...] = ("error", "last", "first", "mean")
"""What can happen to several ratings of one user and item: by default they are an error."""

IMPLICIT_RULES: tuple[DuplicateRule, ...] = ("sum", "last", "max", "first")
"""What can happen to several events of one user and item: by default their weights are added up."""

Duration = Annotated[
    str,
    Field(pattern=r"^[0-9]+(\.[0-9]+)?[smhdwy]$", description="a time such as 12h, 30d, 8w or 1y"),
]
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400, "y": 365.25 * 86400}
"""Seconds of each unit of a duration; m are minutes."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(_DAY.pattern + r"[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[-+][0-9]{2}:[0-9]{2})?")

Moment = str | int

LARGEST = 1e30
"""The largest count or weight: the sum of any number of them is still a float of 32 bits."""

Value = Annotated[float, Field(ge=-LARGEST, le=LARGEST)]


class MinInteractions(Section):
    """The k-core: users and items with fewer interactions are left out, until all that remain have enough."""

    user: int = Field(default=1, ge=1, description="how many items each user has at least")
    item: int = Field(default=1, ge=1, description="how many users each item has at least")


class Between(Section):
    """The interactions that are kept: both ends of an interval belong to it, and null is no limit."""

    value: tuple[Value | None, Value | None] | None = Field(
        default=None, description="[lowest, highest] rating, or weight of a row"
    )
    time: tuple[Moment | None, Moment | None] | None = Field(
        default=None, description="[first, last] time: seconds since 1970, or ISO 8601 such as 2024-12-31"
    )

    @field_validator("value", "time", mode="before")
    @classmethod
    def _pair(cls, given: Any) -> Any:
        return tuple(given) if isinstance(given, list) else given

    @field_validator("value")
    @classmethod
    def _ordered(cls, given: tuple[float | None, float | None] | None) -> tuple[float | None, float | None] | None:
        _must_not_be_empty(given, given)
        return given

    @field_validator("time")
    @classmethod
    def _times(cls, given: tuple[Moment | None, Moment | None] | None) -> tuple[Moment | None, Moment | None] | None:
        _must_not_be_empty(given and _seconds_of(given), given)
        return given

    @property
    def seconds(self) -> tuple[int | None, int | None] | None:
        """`time` in seconds since 1970; a day alone is its first second as the first, its last as the last."""
        return self.time and _seconds_of(self.time)


def duration(text: str) -> float:
    """The seconds of a duration such as 30d; see `UNITS`.

    Raises:
        ValueError: it is 0.
    """
    seconds = float(text[:-1]) * UNITS[text[-1]]
    if not seconds:
        raise ValueError(f"given {text!r}, accepted: a duration above 0, such as 30d")
    return seconds


def check_rule(rule: DuplicateRule | None, *, explicit: bool) -> None:
    """Checks that a rule for duplicates suits the feedback.

    Raises:
        ValueError: it does not.
    """
    accepted = EXPLICIT_RULES if explicit else IMPLICIT_RULES
    if rule is not None and rule not in accepted:
        kind = "explicit ratings" if explicit else "implicit feedback"
        raise ValueError(f"duplicates: given {rule!r}, accepted for {kind}: {', '.join(accepted)}")


def _seconds_of(given: tuple[Moment | None, Moment | None]) -> tuple[int | None, int | None]:
    first, last = given
    return _seconds(first, "00:00:00"), _seconds(last, "23:59:59")


def _seconds(given: Moment | None, of_day: str) -> int | None:
    if given is None or isinstance(given, int):
        return given
    text = f"{given}T{of_day}" if _DAY.fullmatch(given) else given
    try:
        if not _TIME.fullmatch(text):
            raise ValueError
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise ValueError(
            f"given {given!r}, accepted: null, seconds since 1970, or ISO 8601 such as 2024-12-31 or "
            "2024-12-31T18:30:00Z"
        ) from None
    return int((found if found.tzinfo else found.replace(tzinfo=timezone.utc)).timestamp())


def _must_not_be_empty(limits: tuple[float | None, float | None] | None, given: Any) -> None:
    if limits and limits[0] is not None and limits[1] is not None and limits[0] > limits[1]:
        raise ValueError(f"given {[*given]}, accepted: [lowest, highest] with lowest <= highest; null is no limit")
