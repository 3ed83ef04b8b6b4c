"""How many items each part of a filter leaves: for an answer that a filter has left empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic_core import to_json

from towhee_recsys.bundle import Bundle
from towhee_recsys.config.requests import MOST_IDS, RequestsConfig
from towhee_recsys.model.embeddings import ModelRef
from towhee_recsys.requests.options import OptionsReader
from towhee_recsys.stores.vectors import Filter, VectorIndex

Counts = list[dict[str, Any]]
"""Parts of a filter with the items that each leaves: `{"filter": {"year": {"gte": 1990}}, "items": 12}`."""


def filter_counts(where: Filter, index: VectorIndex, model: ModelRef | None, dim: int) -> Counts:
    """How many items each clause of a filter leaves on its own; its `only` comes last.

    Counted is in the build that answers vectors of `dim` numbers from `model`, whose items have the filter's columns.

    Raises:
        IndexMismatchError: no build is of the model.
        StoreError: the store fails.
    """
    counts: Counts = []
    for clause, items in index.clause_counts(where, index.answering(model, dim)):
        if clause == "only":
            counts.append({"only": len(where.only or ()), "items": items})
        else:
            counts.append({"filter": {clause.field: {clause.op: _as_given(clause.value)}}, "items": items})
    return counts


def request_filter_counts(request: Mapping[str, Any], bundle: Bundle, index: VectorIndex) -> Counts:
    """The same for the `filter` and `only` of a request that was answered, as it was given; [] for one without them.

    Raises:
        QueryError: they are not acceptable.
        IndexMismatchError: no build is of the model.
        StoreError: the store fails.
    """
    given = {name: request[name] for name in ("filter", "only") if request.get(name) is not None}
    where = OptionsReader(RequestsConfig(max_ids=MOST_IDS), bundle.item_schema, 1).read(given).where
    return filter_counts(where, index, ModelRef(bundle.model_id), bundle.dim) if where else []


def described(counts: Counts) -> str:
    """The counts as a text: `{"year": {"gte": 1990}} leaves 12 items, ...`."""
    parts = (f"only {each['only']} ids" if "only" in each else to_json(each["filter"]).decode() for each in counts)
    return ", ".join(f"{part:.200} leaves {each['items']} items" for part, each in zip(parts, counts, strict=True))


def _as_given(value: Any) -> Any:
    """A clause's value as JSON has it: lists, and whole numbers where floats are whole."""
    if isinstance(value, tuple):
        return [_as_given(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
