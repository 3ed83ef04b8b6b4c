"""How long a search in the index takes, and how much of exact search's answer it finds."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from towhee_recsys.bundle import Bundle, ItemEncoder, UserEncoder
from towhee_recsys.config import Config
from towhee_recsys.data import records
from towhee_recsys.errors import StoreError
from towhee_recsys.evaluation.index_recall import LENGTH, added_items, live_index_of, share_found
from towhee_recsys.evaluation.report.pictures import points
from towhee_recsys.evaluation.report.trial import Search, build, searching, timed
from towhee_recsys.evaluation.results import Evaluation
from towhee_recsys.model.embeddings import normalize
from towhee_recsys.stores.vectors import MAX_TOP_K, Id, index_type, temporary_lite_store

if TYPE_CHECKING:
    from markupsafe import Markup

USERS, ITEMS = 200, 20_000
"""The most users that search, one at a time, and the most items that are indexed as a trial."""

KINDS: dict[str, dict[str, Any]] = {
    "FLAT": {"type": "FLAT"},
    "IVF_FLAT, nlist 16": {"type": "IVF_FLAT", "nlist": 16},
    "IVF_FLAT, nlist 128": {"type": "IVF_FLAT", "nlist": 128},
}
"""The settings of types of index that Milvus Lite has, too."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Point:
    """An index of `items`: the share of the exact answer that it finds, and milliseconds: median, 95th percentile."""

    name: str
    items: int
    recall: float
    median: float
    slow: float


@dataclass(frozen=True)
class Latency:
    """The first model's indexes, by how many searches each, and their picture."""

    points: list[Point]
    searches: int
    picture: Markup


@dataclass(frozen=True, eq=False)
class _Vectors:
    """The queries float32[users, dim], and the items that they search float32[items, dim], with their ids."""

    users: np.ndarray
    items: np.ndarray
    ids: list[Id]


def latency(evaluation: Evaluation) -> Latency | None:
    """Times the first model's live index, if it has one, and each kind in a temporary file.

    None where Milvus does not work here; the reason is logged.
    """
    name, config = next(iter(evaluation.configs.items()))
    bundle = evaluation.models[name].bundles[0]
    vectors = _vectors(evaluation, bundle)
    try:
        found = [*_live(config, bundle, vectors), *_tried(vectors)]
    except StoreError as error:
        log.warning("without the latency of the index: %s", error)
        return None
    values = [(each.median, each.recall) for each in found]
    picture = points("latency", "Recall against latency", values, "milliseconds a search (median)", "recall@10")
    return Latency(found, len(vectors.users), picture)


def _vectors(evaluation: Evaluation, bundle: Bundle) -> _Vectors:
    users, items = evaluation.dataset.users.head(USERS), evaluation.dataset.items
    return _Vectors(
        np.asarray(normalize(UserEncoder(bundle, "general")(records(users)))),
        np.asarray(normalize(ItemEncoder(bundle)(records(items)))),
        evaluation.dataset.item_ids.tolist(),
    )


def _live(config: Config, bundle: Bundle, vectors: _Vectors) -> list[Point]:
    """The point of the live index; no point where there is no live index of this model."""
    index = live_index_of(config, bundle)
    if index is None or index.record is None:
        return []
    how = index_type(index.store, config.milvus.index.model_dump())
    added = added_items(index, np.asarray(vectors.ids))
    length = min(LENGTH + len(added), MAX_TOP_K)
    return [_point("the live index", searching(index.store, index.record.build, length, how), vectors)]


def _tried(vectors: _Vectors) -> list[Point]:
    part = _Vectors(vectors.users, vectors.items[:ITEMS], vectors.ids[:ITEMS])
    found = []
    with temporary_lite_store() as store:
        for number, (name, settings) in enumerate(KINDS.items()):
            how = build(store, f"trial{number}", settings, part.ids, part.items)
            found.append(_point(name, searching(store, f"trial{number}", LENGTH, how), part))
    return found


def _point(name: str, search: Search, vectors: _Vectors) -> Point:
    lists, took = timed(search, vectors.users)
    median, slow = np.percentile(took, [50, 95])
    recall = share_found(lists, vectors.users, vectors.items, vectors.ids)
    return Point(name, len(vectors.ids), recall, float(median), float(slow))
