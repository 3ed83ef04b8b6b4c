"""What the page shows controls for: the columns of users, the filters, and what requests may have."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from towhee_recsys.bundle import Bundle
from towhee_recsys.config import Config
from towhee_recsys.config.interactions import InteractionsTable
from towhee_recsys.data.item_ids import is_whole_number
from towhee_recsys.data.items import FieldType
from towhee_recsys.features.column import Column, VocabularyColumn
from towhee_recsys.page.overview import Overview

MOST_VALUES = 300
"""A column with more values is not offered as a choice: it is typed, or not filtered by."""

EXAMPLES = 3
"""Known users that the page names."""


def page_description(config: Config, bundle: Bundle, build: str, overview: Overview) -> dict[str, Any]:
    """The recommender as the page reads it, in plain data.

    Args:
        config: The settings of requests.
        bundle: The model of the build.
        build: The name of the live build.
        overview: Its items, which give the values that can be filtered by.
    """
    schema, items, allowed = bundle.schema, bundle.item_schema, config.requests.filter
    filters = {column: kind for column, kind in items.filters.items() if allowed is None or column in allowed}
    return {
        "name": schema.name,
        "build": build,
        "id": items.id,
        "title": items.title,
        "facts": list(items.facts),
        "scale": list(schema.feedback.scale) if schema.feedback.scale else None,
        "users": _users(bundle),
        "filters": [each for column, kind in filters.items() if (each := _filter(overview, column, kind))],
        "top_k": min(config.top_k, 50),
        "allow": config.requests.allow,
        "diversity": config.requests.diversity,
        "feedback": _feedback(schema.interactions),
    }


def _feedback(interactions: InteractionsTable) -> dict[str, Any]:
    """The columns of an interaction, and with what values a thumb of a known user is sent: the best and the worst.

    `down` is None where no interaction shows dislike, as without ratings and without weights below 0.
    """
    columns = {"user": interactions.user, "item": interactions.item}
    if interactions.rating and interactions.scale:
        lowest, highest = interactions.scale
        return {**columns, "up": {interactions.rating: highest}, "down": {interactions.rating: lowest}}
    if not interactions.event:
        return {**columns, "up": {}, "down": None}
    weights = sorted(interactions.weights.items(), key=lambda pair: pair[1])
    (worst, weight), (best, _) = weights[0], weights[-1]
    down = {interactions.event: worst} if weight < 0 else None
    return {**columns, "up": {interactions.event: best}, "down": down}


def _users(bundle: Bundle) -> dict[str, Any]:
    known = bundle.known_ids("user")
    columns = (_user_column(each) for each in bundle.users.columns)
    return {
        "id": bundle.schema.users.id,
        "numeric": bool(known) and all(is_whole_number(each) for each in known),
        "examples": known[:EXAMPLES],
        "columns": [each for each in columns if each],
    }


def _user_column(column: Column[Any]) -> dict[str, Any] | None:
    """How a column of a user is given: a choice, a number, texts or a text; None for ids and histories."""
    feature = column.feature
    if feature.is_id or feature.is_history:
        return None
    kind = {"number": "number", "categories": "texts"}.get(feature.kind, "text")
    if feature.kind == "category" and isinstance(column, VocabularyColumn):
        names = feature.names or {value: value for value in sorted(column.vocabulary.values, key=_natural)}
        if len(names) <= MOST_VALUES:
            options = [{"value": code, "label": name} for code, name in names.items()]
            return {"column": feature.column, "kind": "choice", "options": options}
    return {"column": feature.column, "kind": kind}


def _natural(text: str) -> list[Any]:
    """The key that sorts "9" before "10", and texts by their letters."""
    return [int(part) if row % 2 else part for row, part in enumerate(re.split(r"([0-9]+)", text))]


def _filter(overview: Overview, column: str, kind: FieldType) -> dict[str, Any] | None:
    """A filter with its values or its range; None where a page cannot offer them."""
    if kind == "boolean":
        return {"column": column, "type": kind}
    if kind == "number":
        return _range(column, [each for each in overview.values(column) if each is not None])
    values = [value for value, _ in overview.counts(column, kind)]
    return {"column": column, "type": kind, "values": values} if 0 < len(values) <= MOST_VALUES else None


def _range(column: str, numbers: Sequence[float]) -> dict[str, Any] | None:
    """A range whose ends are multiples of its step, around all numbers."""
    if not numbers:
        return None
    low, high = min(numbers), max(numbers)
    whole = all(float(each).is_integer() for each in numbers)
    step: float = max(1.0 if whole else 0.0, 10.0 ** math.floor(math.log10((high - low) / 50))) if high > low else 1.0
    ends = [math.floor(low / step) * step, math.ceil(high / step) * step]
    low, high, step = (round(each, 10) for each in (*ends, step))
    return {"column": column, "type": "number", "min": low, "max": high, "step": step}
