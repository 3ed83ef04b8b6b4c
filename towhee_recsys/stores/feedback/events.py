"""An interaction of a user after training, as a row of a store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json, to_json

from towhee_recsys.config.interactions import InteractionsTable
from towhee_recsys.data.items import Id
from towhee_recsys.stores.keyed import as_id, key_of

Raw = int | float | str | None
"""A value of a column, as it was given."""


@dataclass(frozen=True, slots=True)
class Event:
    """An interaction of a user with an item.

    Attributes:
        user: The user's id, as it was given: 42 and "42" are one user.
        item: The item's id.
        value: The rating, the type of the event or the count; None where the dataset declares none of them.
        time: The value of the column with the time; None where the dataset declares none.
        key: An event replaces an older one of its user with its key; None stands for the item.
        added: When it was added, in seconds since 1970.
    """

    user: Id
    item: Id
    value: Raw = None
    time: Raw = None
    key: str | None = None
    added: float = 0.0

    def row(self) -> tuple[str, str, str]:
        """The row of a store: the user, the key and the rest as JSON.

        Raises:
            QueryError: an id is not acceptable.
        """
        key = key_of(self.item) if self.key is None else f"k:{as_id(self.key, 'key')}"
        rest = {"user": self.user, "item": self.item, "value": self.value, "time": self.time, "added": self.added}
        return str(as_id(self.user, "user")), key, to_json(rest).decode()

    @classmethod
    def of_row(cls, key: str, text: bytes | str) -> Event | None:
        """The event of a row; None where the row is broken."""
        try:
            found = from_json(text)
            event = cls(**found, key=key[2:] if key.startswith("k:") else None)
        except (TypeError, ValueError):
            return None
        ids = all(type(each) in (int, str) for each in (event.user, event.item))
        raw = all(_is_raw(each) for each in (event.value, event.time))
        return event if ids and raw and isinstance(event.added, (int, float)) else None


def value_of(event: Event, declared: InteractionsTable) -> float | None:
    """The event's rating, or its weight; None where the dataset does not declare such values any more."""
    if declared.event:
        return declared.weights.get(str(event.value))
    if not (declared.rating or declared.count):
        return 1.0
    return float(event.value) if isinstance(event.value, (int, float)) else None


def _is_raw(value: Any) -> bool:
    return value is None or (isinstance(value, (int, float, str)) and not isinstance(value, bool))
