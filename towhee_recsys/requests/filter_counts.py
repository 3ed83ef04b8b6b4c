"""How many items each part of a filter leaves: for an answer that a filter has left empty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic_core import to_json

from towhee_recsys.bundle import Bundle, UserEncoder
from towhee_recsys.config.requests import MOST_IDS, RequestsConfig
from towhee_recsys.data.items import VARIANCE
from towhee_recsys.model.embeddings import ModelRef
from towhee_recsys.requests.options import OptionsReader
from towhee_recsys.requests.users import USER
from towhee_recsys.stores.vectors import Filter, VectorIndex

Counts = list[dict[str, Any]]
"""Parts of a filter with the items that each leaves: `{"filter": {"year": {"gte": 1990}}, "items": 12}`."""


def filter_counts(
    where: Filter, index: VectorIndex, model: ModelRef | None, dim: int, max_std: float | None = None
) -> Counts:
    """How many items each clause of a filter leaves on its own; its `only` comes last.

    Items are counted in the build that answers vectors of `dim` numbers from `model`; they have the filter's columns.
    `max_std` is that of the request with the filter.

    Raises:
        IndexMismatchError: no build is of the model.
        StoreError: the store fails.
    """
    counts: Counts = []
    for clause, items in index.clause_counts(where, index.answering(model, dim)):
        if clause == "only":
            counts.append({"only": len(where.only or ()), "items": items})
        elif clause.field == VARIANCE:
            counts.append({"max_std": max_std, "items": items})
        else:
            counts.append({"filter": {clause.field: {clause.op: _as_given(clause.value)}}, "items": items})
    return counts


def request_filter_counts(
    request: Mapping[str, Any], bundle: Bundle, index: VectorIndex, max_std: float | None = None
) -> Counts:
    """The same for the `filter`, `only` and `max_std` of a request that was answered, as it was given; [] without them.

    `max_std` is that of the config, for a request for a user that has none of its own.

    Raises:
        QueryError: they are not acceptable.
        IndexMismatchError: no build is of the model.
        StoreError: the store fails.
    """
    given = {name: request[name] for name in ("filter", "only", "max_std") if request.get(name) is not None}
    reader = OptionsReader(RequestsConfig(max_ids=MOST_IDS), bundle.item_schema, 1)
    wanted, user, variance = reader.read(given), request.get(USER), None
    if isinstance(user, Mapping):
        wanted = replace(wanted, max_std=wanted.max_std or max_std)
        variances = UserEncoder(bundle, "general").variances([user])
        variance = None if variances is None else float(variances[0])
    where = wanted.filter_for(variance)
    return filter_counts(where, index, ModelRef(bundle.model_id), bundle.dim, wanted.max_std) if where else []


def described(counts: Counts) -> str:
    """The counts as a text: `{"year": {"gte": 1990}} leaves 12 items, ...`."""
    return ", ".join(f"{_part(each):.200} leaves {each['items']} items" for each in counts)


def _part(count: Mapping[str, Any]) -> str:
    if "only" in count:
        return f"only {count['only']} ids"
    return f"max_std {count['max_std']}" if "max_std" in count else to_json(count["filter"]).decode()


def _as_given(value: Any) -> Any:
    """A clause's value as JSON has it: lists, and whole numbers where floats are whole."""
    if isinstance(value, tuple):
        return [_as_given(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
