"""The benchmarks of indexing, on few items: all items are there afterwards, and the rows say what was found."""

from __future__ import annotations

import pytest

from benchmarks import index, scale
from benchmarks.alone import alone, peak_memory
from benchmarks.case import Case
from benchmarks.synthetic import write_items
from towhee_recsys import index_pipeline, read_dataset
from towhee_recsys.config import load_config
from towhee_recsys.stores.vectors import open_store


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    return Case(load_config("sample"), tmp_path_factory.mktemp("bench"), quick=True)


def test_a_process_of_its_own_gives_what_the_function_gives():
    assert alone(peak_memory) > 2**20
    assert alone(sorted, [3, 1, 2]) == [1, 2, 3]


def test_the_upsert_writes_the_vectors_that_the_pipeline_writes(case, tmp_path):
    config = index.emptied(case.trained(), tmp_path)
    (record,) = index_pipeline(config)().get()
    upsert, store = index.bare("upsert", config, 2), open_store(config.milvus.uri)
    upsert()
    upsert()
    assert [store.count(name) for name in ("upsert_0", "upsert_1")] == [record.rows] * 2
    first = read_dataset(config.dataset).items["movie_id"].tolist()[:1]
    ours, theirs = (store.rows(name, first).vectors for name in (record.build, "upsert_1"))
    assert ours == pytest.approx(theirs, abs=1e-6)


def test_both_ways_write_all_items(case, tmp_path):
    pytest.importorskip("psutil")
    item = read_dataset(case.config.dataset).items
    for whose in (scale.ours, scale.theirs):
        config = index.emptied(case.trained(), tmp_path / whose.__name__)
        write_items(tmp_path / whose.__name__ / "movies.dat", 1_050, item)
        found = whose(index.command("index", config)[-1], str(tmp_path / whose.__name__))
        assert found["seconds"] > 0
        store = open_store(config.milvus.uri)
        written = [name for name in store.names() if name == "bare" or "__" in name]
        assert [store.count(name) for name in written if "record" not in name] == [1_050]


def test_the_rows_say_what_was_found(case, monkeypatch):
    def step(whose, config, size, folder):
        return {"seconds": size * (3e-3 if whose is scale.ours else 1e-3), "peak": 1e8 + 64 * size, "service": 2e8}

    monkeypatch.setattr(scale, "_step", step)
    few, many, memory = scale.measure(case)
    assert (few.figure, few.limit) == (pytest.approx(3), None)
    assert many.work == "index 10,000 items"
    assert many.detail["curve"]["lines"]["the upsert alone"] == [(1_000, 1.0), (10_000, 10.0)]
    assert memory.ours == pytest.approx(64)
    assert memory.figure == pytest.approx(64 / 256)
    assert not list(case.work.glob("scale/figures.json"))
