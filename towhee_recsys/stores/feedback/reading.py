"""Events as callers give them, in the declared columns of interactions, and as those are exported."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from towhee_recsys.config.cleaning import LARGEST
from towhee_recsys.config.interactions import InteractionsTable
from towhee_recsys.data.item_ids import item_id
from towhee_recsys.data.items import ACCEPTED_IDS, Id, IdType, is_int_id, is_text_id
from towhee_recsys.data.times import EARLIEST, ISO_TIME, LATEST, UNITS, accepted_times
from towhee_recsys.errors import QueryError, close_match, refused
from towhee_recsys.features.encoder import plain
from towhee_recsys.stores.feedback.events import Event, Raw

KEY = "key"
"""The field with the key of an event, besides the columns."""


def read_events(records: Sequence[Any], declared: InteractionsTable, id_type: IdType) -> list[Event]:
    """The events of records in the `declared` columns: user and item, rating, event or count, and time.

    A count that is left out is 1, a time that is left out is now. `id_type` is the type of the items' ids.

    Raises:
        QueryError: a record is no mapping, has an unknown or no required field, or a value that is not acceptable.
    """
    events = []
    for row, record in enumerate(records):
        try:
            events.append(_event(record, declared, id_type))
        except QueryError as error:
            at = f", row {row + 1}" if len(records) > 1 else ""
            raise QueryError(f"feedback{at}: {error}", error.field, error.accepted) from None
    return events


def columns_of(declared: InteractionsTable) -> list[str]:
    """The columns that an event has: user, item, then its value and its time where they are declared."""
    value = declared.rating or declared.event or declared.count
    return [column for column in (declared.user, declared.item, value, declared.time) if column]


def as_record(event: Event, declared: InteractionsTable) -> dict[str, Any]:
    """The event in the declared columns."""
    value = [event.value] if declared.rating or declared.event or declared.count else []
    values = [event.user, event.item, *value, *([event.time] if declared.time else [])]
    return dict(zip(columns_of(declared), values, strict=True))


def _event(record: Any, declared: InteractionsTable, id_type: IdType) -> Event:
    columns = columns_of(declared)
    accepted = list(dict.fromkeys([*columns, KEY]))
    if not isinstance(record, Mapping):
        raise QueryError(f"{record!r:.200} was given; a mapping with the fields {', '.join(columns)} is accepted.")
    if unknown := [name for name in record if name not in accepted]:
        hint = close_match(unknown[0], accepted)
        listed = ", ".join(accepted)
        raise QueryError(f"field {unknown[0]!r} is not known.{hint} Accepted: {listed}.", str(unknown[0]), listed)
    given = {name: plain(value) for name, value in record.items()}
    return Event(
        user=_user(given.get(declared.user), declared.user),
        item=item_id(_required(given.get(declared.item), declared.item, "the id of an item"), id_type, declared.item),
        value=_value(given, declared),
        time=_time(given.get(declared.time), declared) if declared.time else None,
        key=None if KEY in columns else _key(given.get(KEY)),
        added=time.time(),
    )


def _user(given: Any, column: str) -> Id:
    _required(given, column, "the id of a user")
    if is_int_id(given) or is_text_id(given):
        return given if isinstance(given, str) else int(given)
    raise refused(column, given, ", or ".join(ACCEPTED_IDS.values()))


def _key(given: Any) -> str | None:
    if given is None:
        return None
    if is_int_id(given) or is_text_id(given):
        return str(given)
    raise refused(KEY, given, f"a whole number, or {ACCEPTED_IDS['text']}")


def _value(given: Mapping[str, Any], declared: InteractionsTable) -> Raw:
    if declared.event:
        event = _required(given.get(declared.event), declared.event, ", ".join(declared.weights))
        if str(event) not in declared.weights:
            raise refused(declared.event, event, ", ".join(declared.weights), close_match(event, declared.weights))
        return str(event)
    if declared.rating:
        assert declared.scale, "a config with a rating has a scale"
        accepted = f"a number from {declared.scale[0]:g} to {declared.scale[1]:g}"
        return _number(
            _required(given.get(declared.rating), declared.rating, accepted), declared.rating, *declared.scale
        )
    if declared.count:
        count = given.get(declared.count)
        return 1 if count is None else _number(count, declared.count, 0, LARGEST)
    return None


def _number(given: Any, column: str, lowest: float, highest: float) -> int | float:
    number = _as_number(given)
    if not lowest <= number <= highest:
        raise refused(column, given, f"a number from {lowest:g} to {highest:g}")
    return int(number) if number.is_integer() else number


def _time(given: Any, declared: InteractionsTable) -> Raw:
    assert declared.time
    per_second, _ = UNITS[declared.time_unit]
    if given is None:
        return int(time.time() * per_second)
    if isinstance(given, datetime):
        given = given.isoformat()
    if isinstance(given, str) and ISO_TIME.fullmatch(given.strip()) and _is_moment(given.strip()):
        return given.strip()
    number = _as_number(given)
    if EARLIEST <= number / per_second <= LATEST:
        return int(number) if number.is_integer() else number
    raise refused(declared.time, given, accepted_times(declared.time_unit))


def _is_moment(text: str) -> bool:
    """Whether a text in the form of ISO 8601 has a month, a day and a time that exist."""
    try:
        datetime.fromisoformat(text[:19] if len(text) >= 19 else text[:16])
    except ValueError:
        return False
    return True


def _as_number(given: Any) -> float:
    """NaN for what is not a number."""
    if isinstance(given, bool):
        return math.nan
    try:
        return float(given)
    except (TypeError, ValueError, OverflowError):
        return math.nan


def _required(given: Any, column: str, accepted: str) -> Any:
    if given is None or (isinstance(given, str) and not given.strip()):
        raise QueryError(f"{column} is missing; accepted: {accepted}.", column, accepted)
    return given
