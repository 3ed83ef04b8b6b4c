"""`milvus.recall`: the recall is measured, searches are widened until it holds, and both are recorded."""

from __future__ import annotations

import logging
from itertools import pairwise

import numpy as np
import pytest

from tests.stores.vectors.partial_store import PartialStore
from towhee_recsys.config.milvus import HnswIndex, IvfFlatIndex
from towhee_recsys.stores.vectors import (
    EXACT,
    IndexRecord,
    RecallTarget,
    VectorIndex,
    copy_live_build,
    index_type,
    insert,
    insert_live,
    publish,
    start_build,
)
from towhee_recsys.stores.vectors.index_types import at_least, search_settings
from towhee_recsys.stores.vectors.memory import MemoryStore
from towhee_recsys.stores.vectors.recall import exact_nearest, recall_of
from towhee_recsys.stores.vectors.widening import Trial, narrowest, widths

ROWS, DIM = 600, 16
IVF = IvfFlatIndex(nlist=32, nprobe=1)


@pytest.fixture
def partial():
    return VectorIndex(PartialStore(), "items")


def published(index, vectors, recall=None, how=IVF):
    build = start_build(index, "a" * 16, DIM, how)
    return publish(index, [insert(index, build, range(len(vectors)), vectors)], recall=recall)


def share_found(index, queries, items, how):
    best = np.argsort(-(np.asarray(queries) @ np.asarray(items).T), axis=1)[:, :10]
    found = index.search(queries, 10, how=how)
    return np.mean([len({hit.id for hit in hits} & set(row)) / 10 for hits, row in zip(found, best, strict=True)])


def test_a_search_is_widened_until_the_declared_recall_holds(partial, units):
    items, users = units(ROWS, DIM), units(200, DIM, seed=1)
    before = published(partial, items)
    assert (before.recall, before.search) == (None, {})
    assert share_found(partial, users, items, IVF) < 0.5
    record = published(partial, items, RecallTarget(0.95, IVF, np.asarray(users)))
    assert 0.95 <= record.recall < 1
    assert 1 < record.search["nprobe"] < 32, "no wider than needed"
    assert partial.record == record
    partial.store.searched.clear()
    assert share_found(partial, users, items, IVF) == pytest.approx(record.recall)
    assert set(partial.store.searched) == {record.search["nprobe"]}
    others = units(300, DIM, seed=2)
    assert share_found(partial, others, items, IVF) >= 0.93, "users that were not in the sample"


def test_a_wider_search_of_the_config_stays(partial, units):
    published(partial, units(ROWS, DIM), RecallTarget(0.9, IVF))
    partial.store.searched.clear()
    partial.search(units(1, DIM), 10, how=IvfFlatIndex(nlist=32, nprobe=31))
    assert partial.store.searched == [31]
    partial.search(units(1, DIM), 10)
    assert partial.store.searched[1] == max(16, partial.record.search["nprobe"])


def test_items_that_search_for_themselves_do_not_count_themselves(partial, units):
    items = units(ROWS, DIM)
    record = published(partial, items)
    exact = exact_nearest(partial.store, record.build, np.arange(ROWS))
    assert (exact.length, exact.own) == (11, 1)
    shares = recall_of(partial.store, record.build, exact, IVF, {})
    cosines = exact.queries @ np.asarray(items).T
    found = partial.store.search(record.build, exact.queries, 11, IVF)
    for row, hits in enumerate(found[:20]):
        others = set(np.argsort(-cosines[row])[1:11].tolist())
        assert shares[row] == pytest.approx(len(others & {key for key, _ in hits}) / 10)


def test_equal_items_are_as_good_as_each_other(partial, units):
    items = units(4, DIM)[np.arange(ROWS) % 4]
    record = published(partial, items, RecallTarget(1.0, IVF, np.asarray(items[:4])))
    assert record.recall == 1


class LossyStore(PartialStore):
    """A store that never finds the items whose ids are multiples of ten, however wide the search is."""

    def search(self, *args, **named):
        return [[hit for hit in hits if hit[0] % 10] for hits in super().search(*args, **named)]


def test_a_recall_that_no_search_reaches_is_a_warning_and_recorded(units, caplog, monkeypatch):
    index = VectorIndex(LossyStore(), "items")
    monkeypatch.setattr("towhee_recsys.stores.vectors.checks.FOUND", 0.5)  # the check before it would refuse the build
    users = units(200, DIM, seed=1)
    with caplog.at_level(logging.WARNING):
        record = published(index, units(ROWS, DIM), RecallTarget(0.99, IVF, np.asarray(users)))
    assert index.record == record, "it is live"
    assert record.recall == pytest.approx(0.9, abs=0.03)
    assert record.search["nprobe"] <= 32
    assert "milvus.recall 0.99 does not hold" in caplog.text
    for fact in (f"recall@10 is {record.recall:.4f} on a sample", f"with nprobe {record.search['nprobe']}"):
        assert fact in caplog.text


def test_an_exact_index_is_not_measured(units):
    index = VectorIndex(MemoryStore(), "items")
    record = published(index, units(20, DIM), RecallTarget(0.99, EXACT), EXACT)
    assert (record.recall, record.search) == (None, {})


def test_the_recall_stays_with_the_build_when_items_are_added(partial, units):
    record = published(partial, units(ROWS, DIM), RecallTarget(0.9, IVF))
    insert_live(partial, [ROWS], units(1, DIM, seed=3), IVF)
    assert (partial.record.recall, partial.record.search) == (record.recall, record.search)


def test_a_copy_has_the_recall_of_its_own_index(partial, units):
    source = published(partial, units(ROWS, DIM), RecallTarget(0.9, IVF))
    finer, places = IvfFlatIndex(nlist=64, nprobe=1), [VectorIndex(PartialStore(), "items") for _ in range(2)]
    plain = copy_live_build(partial, places[0], finer)
    assert (plain.recall, plain.search) == (None, {}), "that of the source is of another index"
    measured = copy_live_build(partial, places[1], finer, recall=RecallTarget(0.9, finer))
    assert measured.recall >= 0.9
    assert 1 < measured.search["nprobe"] < 64
    assert measured.search != source.search
    assert copy_live_build(partial, places[1], finer) == measured, "it stays when the copy is brought up to date"


def test_few_items(partial, units):
    for rows in (1, 5):
        record = published(partial, units(rows, DIM), RecallTarget(0.99, IVF))
        assert record.recall == 1


def test_where_no_search_is_wide_enough_the_narrowest_that_is_as_good_is_taken():
    trials = [
        Trial({"nprobe": 2**step}, recall, 0.002) for step, recall in enumerate([0.7, 0.96, 0.983, 0.984, 0.9845])
    ]
    assert narrowest(trials, 0.99) == trials[2]
    assert narrowest(trials, 0.95) == trials[1]
    never = iter([*trials[:2], None])
    assert narrowest(never, 0.95) == trials[1], "none is tried after it"


def test_widths_grow_to_all_rows():
    tried = [settings["ef"] for settings in widths(HnswIndex(ef=64), 1000)]
    assert (tried[0], tried[-1]) == (64, 1000)
    assert all(low < high <= 1.5 * low for low, high in pairwise(tried))
    assert [each["nprobe"] for each in widths(IvfFlatIndex(nlist=4), 1000)] == [4]
    assert list(widths(HnswIndex(ef=500), 100)) == [{"ef": 500}]


def test_the_least_settings_of_a_build():
    assert at_least(HnswIndex(ef=64), {}) == HnswIndex(ef=64)
    assert at_least(HnswIndex(ef=64), {"ef": 90}) == HnswIndex(ef=90)
    assert at_least(HnswIndex(ef=128), {"ef": 90}) == HnswIndex(ef=128)
    assert search_settings(at_least(IvfFlatIndex(), {"nprobe": 40}), 10) == {"nprobe": 40}
    assert at_least(EXACT, {"ef": 90}) == EXACT


def test_a_record_without_a_recall_is_read_as_before():
    record = IndexRecord("items", "b", "m", 8, "IP", 3, "0f", index="HNSW")
    older = {key: value for key, value in record.to_json().items() if key not in ("recall", "search")}
    assert IndexRecord.from_json(older) == record
    assert IndexRecord.from_json(IndexRecord(**{**vars(record), "recall": 0.99, "search": {"ef": 90}}).to_json()).search


@pytest.mark.slow
@pytest.mark.milvus
def test_hnsw_of_a_server_keeps_its_recall(milvus_server, units):
    from towhee_recsys.stores.vectors import open_index

    index, items, users = open_index(milvus_server.url, "recall_kept"), units(20_000, DIM), units(300, DIM, seed=1)
    how = index_type(index.store, {"type": "HNSW", "M": 4, "efConstruction": 8, "ef": 10})
    try:
        record = published(index, items, RecallTarget(0.99, how, np.asarray(users)), how)
        assert record.recall >= 0.99
        assert record.search["ef"] > 10
        assert share_found(index, users, items, how) == pytest.approx(record.recall, abs=0.005)
    finally:
        for name in index.store.names():
            if name.startswith("recall_kept"):
                index.store.drop(name)
