"""The benchmark of searches by size: its exact search is exact, and its rows say what was found."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import query_scale
from benchmarks.case import Case
from benchmarks.synthetic import CHUNK, vectors
from towhee_recsys.config import load_config
from towhee_recsys.stores.vectors import index_type, open_index

SERVER = "Milvus server, HNSW"


def test_the_exact_search_by_chunks_is_that_of_one_matrix():
    queries, size = next(vectors(20, part=1)), 2 * CHUNK + 7
    scores = queries @ np.concatenate(list(vectors(size))).T
    expected = np.argsort(-scores, axis=1)[:, :10]
    assert np.sort(query_scale.exact(queries, size)).tolist() == np.sort(expected).tolist()


def test_a_filled_index_has_all_vectors_and_finds_them_exactly(tmp_path):
    index = open_index(str(tmp_path / "movies.db"), "movies")
    how = index_type(index.store, query_scale.INDEXES["Milvus Lite, FLAT"])
    query_scale.fill(index, CHUNK + 5, how)
    assert index.live().rows == CHUNK + 5
    queries = next(vectors(3, part=1))
    (bare,) = query_scale.bare_search(index, queries, how)(1)
    found = [hit.id for hit in index.search(queries[1:2], 10, how=how)[0]]
    assert [row["id"] for row in bare] == found
    assert sorted(found) == sorted(query_scale.exact(queries, CHUNK + 5)[1].tolist())


@pytest.fixture
def measured(monkeypatch, tmp_path):
    """Measures with made-up figures in place of a process for each size; `taken` are the measured ones."""
    taken = []

    def figures(function, name, size, queries):
        taken.append((name, size))
        if len(taken) == measured.fails_at:
            raise KeyboardInterrupt
        return {"built": 5.0, "recall": 0.995, "ours": [size * 1e-6] * queries, "theirs": [size * 5e-7] * queries}

    monkeypatch.setattr(query_scale, "alone", figures)

    def measured(**settings):
        return query_scale.measure(Case(load_config("sample"), tmp_path, **settings))

    measured.taken, measured.fails_at = taken, None
    return measured


def test_the_rows_and_the_curve_say_what_was_found(measured):
    rows = {row.work: row for row in measured(quick=True)}
    assert rows[f"{SERVER}, 1,000 vectors: recall@10"].figure == 0.995
    assert rows[f"{SERVER}, 10,000 vectors: p50"].figure == pytest.approx(2)
    growth = rows["p50 on the server, 10,000 vectors"]
    assert growth.figure == pytest.approx(10)
    assert growth.short == pytest.approx(7)
    points = growth.detail["curve"]["lines"][f"{SERVER}, p99"]
    assert np.array(points) == pytest.approx(np.array([(1_000, 1), (10_000, 10)]))


def test_larger_catalogues_can_be_left_out(measured):
    measured(largest=100_000)
    assert {size for _, size in measured.taken} == {4_000, 100_000}


def test_it_resumes_where_it_stopped(measured):
    measured.fails_at = 3
    with pytest.raises(KeyboardInterrupt):
        measured(quick=True)
    measured(quick=True)
    assert len(measured.taken) == 5, "two were kept, the third was started again"
    measured(quick=True)
    assert len(measured.taken) == 9, "a complete measurement is repeated"
