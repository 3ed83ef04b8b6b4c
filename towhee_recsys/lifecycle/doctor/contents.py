"""Whether index, model, catalogue and history belong together."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np

from towhee_recsys.errors import IndexMismatchError, StoreError
from towhee_recsys.lifecycle.doctor.case import Case
from towhee_recsys.lifecycle.doctor.findings import Concern
from towhee_recsys.lifecycle.doctor.parts import usable_bundle
from towhee_recsys.lifecycle.feedback import feedback_of
from towhee_recsys.lifecycle.published import PublishedModel
from towhee_recsys.model.embeddings import ModelRef, normalize
from towhee_recsys.stores.history import open_history
from towhee_recsys.stores.keyed.urls import parse_url
from towhee_recsys.stores.vectors import EXACT, REBUILD, Id, IndexRecord, VectorIndex, finds_itself, must_be_whole

SAME = 1e-5
"""Vectors whose components differ by no more than this are equal."""


def index(case: Case) -> str:
    """There is a live build, with the number of rows, the dimension and the metric of its record."""
    live = case.index.live_in(case.index.versions(newest=True))
    if not live.pending:  # otherwise its rows are being changed
        must_be_whole(case.index.store, live, REBUILD)
    case.live, case.drawn = live, _drawn(case.index, live.build, case.items, case.config.seed)
    if not live.rows:
        raise Concern(
            f"{live.build} has no items, so nothing is recommended. Index with `towhee-recsys index -c CONFIG`."
        )
    text = f"{live.rows:,} items in {live.build}, {live.dim} numbers each, {live.metric}, {live.index}"
    return text if live.recall is None else f"{text}, {_kept_recall(live, case.config.milvus.recall)}"


def index_of_model(case: Case) -> str:
    """The model of the live build is here, its files are as they were saved, and its towers can be used."""
    case.published = usable_bundle(PublishedModel(case.config).folder(case.live))
    case.index.must_match(case.live, ModelRef(case.published.model_id), case.published.dim)
    return f"model {case.published.model_id} in {case.published.directory}"


def vectors(case: Case) -> str:
    """The sampled items, encoded again, have the vectors that the index holds, and searches for these find them."""
    from towhee_recsys.bundle import ItemEncoder

    if not case.drawn:
        raise Concern("the index has no items whose vectors could be checked.")
    records = _records(case)
    if not records:
        raise Concern("none of the sampled items is known to the model or to the catalogue. Fix the catalogue first.")
    ids = [record[case.config.dataset.items.id] for record in records]
    fresh = normalize(ItemEncoder(case.published)(records))
    rows = case.index.store.rows(case.live.build, ids)
    held = dict(zip(rows.ids.tolist(), rows.vectors, strict=True))
    apart = {key: _apart(vector, held.get(key)) for key, vector in zip(ids, np.asarray(fresh), strict=True)}
    worst = max(apart, key=lambda key: apart[key])
    if apart[worst] > SAME:
        count = sum(each > SAME for each in apart.values())
        raise IndexMismatchError(
            f"{count} of {len(ids)} items have vectors in the index that differ from the model's, such as item {worst} "
            f"(by {apart[worst]:.2g}). Index again with `towhee-recsys index -c CONFIG`."
        )
    scores = [hits[0].score if hits else None for hits in case.index.search(fresh, 1)]
    lost = [key for key, score in zip(ids, scores, strict=True) if not finds_itself(score, case.live.index)]
    if lost:
        raise _not_found(case, lost, len(ids))
    return f"{len(ids)} items have the vectors of the model (to {apart[worst]:.1g}) and are found by them"


def facts(case: Case) -> str:
    """The catalogue has all items of the live build, and the sampled ones can be read."""
    assert case.catalogue
    known = case.catalogue.count(case.live.build)
    found = case.catalogue.get(case.drawn, case.live.build)
    lacking = [key for key, item in zip(case.drawn, found, strict=True) if item is None]
    if known < case.live.rows or lacking:
        such = f"; item {lacking[0]} is missing or broken" if lacking else ""
        raise StoreError(
            f"the catalogue has {known:,} of the {case.live.rows:,} items of {case.live.build}{such}. Such items are "
            "not recommended. Index again with `towhee-recsys index -c CONFIG`."
        )
    return f"{case.live.rows:,} items, {len(found)} of them read"


def history(case: Case) -> str:
    """The history of the live build is there."""
    address = parse_url(case.config.history_url, "history")
    if address.file and not address.file.exists():  # opening it would create it
        raise StoreError(f"there is no history {address.shown!r}. {REBUILD}")
    opened = open_history(case.config.history_url)
    if not opened.exists(case.live.build):
        raise StoreError(f"the history {address.shown!r} has nothing of {case.live.build}. {REBUILD}")
    return f"{opened.count(case.live.build):,} users in {address.shown}"


def feedback(case: Case) -> str:
    """The feedback answers. It has none, and an SQLite file need not exist, before the first event."""
    address = parse_url(case.config.feedback_url, "feedback")
    if address.file and not address.file.exists():  # opening it would create it
        return f"none yet, {address.shown} is made with the first event"
    opened = feedback_of(case.config)
    return f"of {opened.users():,} users, {len(opened.hidden()):,} hidden items, in {address.shown}"


def _kept_recall(live: IndexRecord, declared: float | None) -> str:
    """The recall that was measured when the build was published. Raises Concern where it is below the declared one."""
    found = f"recall@10 {live.recall:.4f} with {', '.join(f'{name} {value}' for name, value in live.search.items())}"
    if declared is not None and live.recall is not None and live.recall < declared:
        raise Concern(
            f"{live.build}: {found}, below milvus.recall {declared:g}. Raise M and efConstruction, or nlist, or take "
            "another index.type, and index again."
        )
    return found


def _drawn(index: VectorIndex, build: str, items: int, seed: int) -> list[Id]:
    """The ids of `items` of a build, or of all where it has fewer; of a large one they are drawn from a part of it."""
    ids = sorted(index.store.ids(build).tolist())
    return Random(seed).sample(ids, min(items, len(ids)))


def _records(case: Case) -> list[dict[str, Any]]:
    """The records of the sampled items that can be encoded again as they were for the index.

    Those are the items that the model knows, by their facts or ids, and items whose facts have all columns of features.
    """
    found = case.catalogue.get(case.drawn, case.live.build) if case.catalogue else [None] * len(case.drawn)
    known = set(case.published.arrays("known.npz", "item.ids")["item.ids"].tolist())
    columns = {feature.column for feature in case.published.items.features}
    return [
        dict(item) if item else {case.config.dataset.items.id: key}
        for key, item in zip(case.drawn, found, strict=True)
        if str(key) in known or (item and columns <= item.keys())
    ]


def _apart(ours: np.ndarray, held: np.ndarray | None) -> float:
    return float("inf") if held is None else float(np.abs(ours - held).max())


def _not_found(case: Case, lost: list[Any], of: int) -> Exception:
    message = f"{len(lost)} of {of} items are not found by their own vectors, such as item {lost[0]}"
    if case.live.index == EXACT.type:
        return IndexMismatchError(f"{message}. Index again with `towhee-recsys index -c CONFIG`.")
    return Concern(f"{message}: {case.live.index} is not exact. Widen the search in milvus.index, or index again.")
