"""What an interaction has beside its user and its item: a rating, an event, a count, or nothing."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Literal

from towhee_recsys.errors import DatasetError
from towhee_recsys.init.column import Column
from towhee_recsys.init.events import weight_of, weights_of
from towhee_recsys.init.names import is_identifier, suggests
from towhee_recsys.init.notes import Notes
from towhee_recsys.init.scale import is_binary, is_gridded, is_skewed, liked_from, scale_of, unseen_ends
from towhee_recsys.init.table import FoundTable

ValueKey = Literal["rating", "event", "count"]
SECTION = ("dataset", "interactions")
MOST_EVENTS = 50
_DECIMAL_COMMA = re.compile(r"-?[0-9]+,[0-9]+")
CONSTANT_FROM = 20
"""From so many equal values on, a column is constant; below, there are too few rows to know."""


Settings = dict[str, object]
"""The keys of `dataset.interactions` that declare the values; none where each interaction counts once."""


def find_values(interactions: FoundTable, used: Collection[str], forced: Mapping[str, str], notes: Notes) -> Settings:
    """What the columns beside `used` mean; `forced` has the column of a rating, an event or a count that was given.

    Raises:
        DatasetError: a forced column cannot have such values.
    """
    for key in ("rating", "event", "count"):
        if key in forced:
            found = _declared(key, interactions.whole(forced[key]), notes)
            if found is None:
                raise DatasetError(_refused(interactions, key, forced[key]))
            _explain_texts(interactions, {*used, forced[key]}, notes)
            return found
    rest = [column for column in interactions.columns.values() if column.name not in used]
    candidates = sorted((each for column in rest for each in _candidates(column)), key=lambda each: -each[0])
    for score, key, name in candidates:
        found = _declared(key, interactions.whole(name), notes)
        if found is not None:
            if score < 1:
                notes.unsure[(*SECTION, key)] = (
                    f"{name!r} is taken as the {key}, by its values; leave it out where each row counts once, or "
                    f"choose with --rating, --event or --count"
                )
            _explain_texts(interactions, {*used, name}, notes)
            return found
    _explain(rest, notes)
    _explain_texts(interactions, used, notes)
    notes.why[SECTION] = "each row counts once: no column has ratings, types of events or counts"
    return {}


def _candidates(column: Column) -> Iterator[tuple[float, ValueKey, str]]:
    """What the column may have, with scores: from 1 up there is no doubt."""
    named = {key: suggests(column.name, key) for key in ("rating", "event", "count")}
    is_constant = column.distinct <= 1 and column.rows >= CONSTANT_FROM
    if is_constant or column.kind in ("empty", "list", "date") or is_identifier(column.name):
        return
    is_few = column.distinct <= MOST_EVENTS and (column.repeats >= 3 or named["event"])
    if column.is_numeric:
        if is_binary(column) and column.distinct > 1:
            yield 2.5, "event", column.name
        if named["rating"]:
            yield 2, "rating", column.name
        elif named["count"] and column.distinct > 1:
            yield 1.5, "count", column.name
        elif named["event"] and is_few and column.kind == "whole":
            yield 1.4, "event", column.name
        elif is_skewed(column) and column.kind == "whole":
            yield 0.4, "count", column.name
        elif is_gridded(column):
            yield 0.8, "rating", column.name
    elif is_few:
        known = any(weight_of(str(value)) is not None for value in column.values[:MOST_EVENTS])
        if named["event"] or known or column.kind == "boolean":
            yield 1 + 0.5 * named["event"] + 0.5 * known - 0.3 * (column.kind == "boolean"), "event", column.name


def _declared(key: str, column: Column, notes: Notes) -> Settings | None:
    """What declares the column as a rating, an event or a count; None where its values cannot be that."""
    return {"rating": _rating, "event": _event, "count": _count}[key](column, notes)


def _rating(column: Column, notes: Notes) -> Settings | None:
    scale = scale_of(column) if column.is_numeric else None
    if scale is None or not scale[0] < scale[1]:
        return None
    liked = liked_from(scale, column)
    if unseen := unseen_ends(column, scale):
        levels = " and ".join(f"{end:g}" for end in unseen)
        notes.unsure[(*SECTION, "scale")] = f"no rating is {levels}; write the ends of the scale if they are others"
    if scale[0] == 0 and 0 in column.numbers:
        notes.unsure[(*SECTION, "scale")] = (
            "ratings of 0 are taken as the lowest; where 0 means none, remove these rows"
        )
    notes.why[(*SECTION, "liked")] = "three quarters up the scale"
    return {"rating": column.name, "scale": [_plain(end) for end in scale], "liked": _plain(liked)}


def _event(column: Column, notes: Notes) -> Settings | None:
    events = list(map(str, column.values))
    if not 1 <= len(events) <= MOST_EVENTS or not all(event.strip() for event in events):
        return None
    guessed: list[str] = []
    if column.kind == "boolean":
        weights = {event: float(event.strip().lower() == "true") for event in events}
    elif column.is_numeric and is_binary(column):
        weights = {event: float(event) for event in events}
    else:
        weights, guessed = weights_of(events)
    if max(weights.values()) <= 0:
        return None
    if guessed:
        names = ", ".join(map(repr, guessed[:5])) + (", ..." if len(guessed) > 5 else "")
        notes.unsure[(*SECTION, "weights")] = f"the weight of {names} is a guess; write how much each counts"
    else:
        notes.why[(*SECTION, "weights")] = "by the names of the events; of one user and item they are added up"
    return {"event": column.name, "weights": {name: _plain(weight) for name, weight in weights.items()}}


def _count(column: Column, notes: Notes) -> Settings | None:
    if not column.is_numeric or not (column.numbers > 0).any() or (column.numbers < 0).any():
        return None
    notes.why[(*SECTION, "count")] = "of one user and item they are added up"
    return {"count": column.name}


def _plain(number: float) -> int | float:
    return int(number) if float(number).is_integer() else float(number)


def _explain(columns: list[Column], notes: Notes) -> None:
    for column in columns:
        if column.distinct == 1 and any(suggests(column.name, key) for key in ("rating", "event", "count")):
            notes.left_out["interactions", column.name] = f"all values are {column.values[0]!r}"


def _explain_texts(interactions: FoundTable, used: Collection[str], notes: Notes) -> None:
    """Lists the columns that are called like ratings but have texts."""
    for column in interactions.columns.values():
        is_rating = suggests(column.name, "rating") and not is_identifier(column.name)
        if column.name in used or not is_rating or column.kind != "text":
            continue
        text = next(each for each, number in zip(column.values, column.numbers, strict=True) if math.isnan(number))
        is_comma = bool(_DECIMAL_COMMA.fullmatch(str(text).strip()))
        cure = "write 4.5 for 4,5" if is_comma else "replace each by a number, or give --event to weight each text"
        notes.left_out["interactions", column.name] = f"its ratings are texts such as {text!r}, no numbers: {cure}"


def _refused(interactions: FoundTable, key: str, name: str) -> str:
    column = interactions.columns[name]
    accepted = {
        "rating": "a column of numbers up to a million, not all equal to 0",
        "event": f"a column of at most {MOST_EVENTS} types of events, one of which counts",
        "count": "a column of numbers from 0 up",
    }[key]
    example = next(iter(column.values), None)
    return f"{interactions.path}: --{key}: given {name!r}, with values such as {example!r}, accepted: {accepted}"
