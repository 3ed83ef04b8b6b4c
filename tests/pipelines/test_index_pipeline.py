"""From a dataset to an index."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from towhee import ops, pipe

from towhee_recsys.config import load_config
from towhee_recsys.data.sample import SAMPLE_DIR
from towhee_recsys.errors import DatasetError, IndexMismatchError, PipelineError
from towhee_recsys.pipelines import index_pipeline, load_pipeline, recommend_pipeline, similar_pipeline
from towhee_recsys.pipelines.builder import SHIPPED
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.vectors import index_of


@pytest.fixture
def config(sample_config, sample_bundle, tmp_path):
    stores = {"milvus": {"uri": str(tmp_path / "movies.db")}, "catalogue": f"sqlite:///{tmp_path / 'movies.sqlite'}"}
    return load_config(sample_config, **stores)


@pytest.fixture
def folder(tmp_path):
    """Makes a folder of items out of a part of the sample's."""

    def folder(name, start, stop, more=b""):
        lines = (SAMPLE_DIR / "movies.dat").read_bytes().splitlines(keepends=True)
        (tmp_path / name).mkdir()
        (tmp_path / name / "movies.dat").write_bytes(b"".join(lines[start:stop]) + more)
        return str(tmp_path / name)

    return folder


def test_without_an_input_it_takes_the_configs_dataset(config, sample_bundle):
    [record] = index_pipeline(config)().get()
    assert (record.rows, record.dim, record.model_id) == (326, 32, sample_bundle.model_id)
    assert index_of(config.milvus).live() == record
    assert None not in open_catalogue(config.catalogue).get(range(5001, 5327), record.build)
    [again] = index_pipeline(config)(config.dataset.path).get()
    assert replace(again, build=record.build) == record


def test_another_folder_takes_the_place_of_the_first(config, folder):
    index = index_pipeline(config)
    index()
    [record] = index(folder("few", 0, 20)).get()
    assert record.rows == 20
    items = recommend_pipeline(config)({}).get()[0]
    assert {item["movie_id"] for item in items} <= set(range(5001, 5021))
    assert open_catalogue(config.catalogue).get([5021], record.build) == [None]


def test_a_file_that_breaks_off_leaves_the_old_index_and_the_next_try_works(config, folder):
    index = index_pipeline(config)
    [record] = index(folder("good", 0, 20)).get()
    bad = folder("bad", 20, 40, b"and no more\n")
    with pytest.raises(DatasetError, match=r"movies\.dat:21"):
        index(bad)
    assert index_of(config.milvus).live() == record
    assert len(recommend_pipeline(config)({}).get()[0]) == 10
    [again] = index(folder("better", 10, 30)).get()
    assert again.rows == 20


def big_and_broken(items=2600):
    """More items than two chunks hold, and then a line that is none."""
    lines = [f"{key}::Item {key} (1999)::Drama\n".encode() for key in range(1, items + 1)]
    return b"".join([*lines, b"and no more\n"])


def by_hand(config, **settings):
    chunked = ops.towhee_recsys.read_movielens(**settings)
    insert = ops.towhee_recsys.milvus_insert(uri=config.milvus.uri, collection=config.milvus.collection, staged=True)
    stores = {"uri": config.milvus.uri, "collection": config.milvus.collection, "catalogue": config.catalogue}
    return (
        pipe.input("path")
        .flat_map("path", "items", chunked)
        .map("items", "vectors", ops.towhee_recsys.movie_encoder(model_dir=config.model.dir))
        .map("vectors", "vectors", ops.towhee_recsys.normalize())
        .map(("items", "vectors"), "receipt", insert)
        .window_all("receipt", "index", ops.towhee_recsys.publish(**stores))
        .output("index")
    )


@pytest.mark.parametrize("lenient", [False, True])
def test_the_chunks_before_a_failure_are_never_published(config, folder, lenient):
    """The lenient reader finds out at the very end that too many lines are bad, when all chunks are inserted."""
    config = load_config(config, dataset={"strict": not lenient, "max_bad_share": 0.0})
    index_pipeline(config)()
    record = index_of(config.milvus).live()
    bad = folder("bad", 0, 0, big_and_broken())
    with pytest.raises(DatasetError, match=r"bad/movies\.dat"):
        index_pipeline(config)(bad)
    with pytest.raises(RuntimeError, match="an earlier step failed"):
        by_hand(config, strict=not lenient, max_bad_share=0.0)(bad)
    assert index_of(config.milvus).live() == record
    assert len(recommend_pipeline(config)({}).get()[0]) == 10


def test_one_that_breaks_off_after_many_chunks_publishes_none_of_them(config, folder, tmp_path):
    text = (SHIPPED / "index.yaml").read_text(encoding="utf-8")
    (tmp_path / "own.yaml").write_text(text.replace('"${dataset}"}', '"${dataset}", chunk_size: 3}'), encoding="utf-8")
    index = load_pipeline(tmp_path / "own.yaml", config)
    [record] = index(folder("good", 0, 20)).get()
    with pytest.raises(DatasetError, match=r"movies\.dat:101"):
        index(folder("bad", 100, 200, b"and no more\n"))
    assert index_of(config.milvus).live() == record
    assert [again.rows for again in index(folder("better", 10, 30)).get()] == [20]


def test_one_that_breaks_off_is_gone_on_with_and_gives_the_same_answers(config, folder, tmp_path, caplog):
    text = (SHIPPED / "index.yaml").read_text(encoding="utf-8")
    (tmp_path / "own.yaml").write_text(text.replace('"${dataset}"}', '"${dataset}", chunk_size: 3}'), encoding="utf-8")
    [whole] = load_pipeline(tmp_path / "own.yaml", config)(folder("whole", 0, 40)).get()
    items = recommend_pipeline(config)({}).get()
    with pytest.raises(DatasetError, match=r"movies\.dat:31"):
        load_pipeline(tmp_path / "own.yaml", config)(folder("broken", 5, 35, b"and no more\n"))
    [record] = load_pipeline(tmp_path / "own.yaml", config)(folder("mended", 0, 40)).get()
    assert re.search(r"\b\d+ items are there", caplog.text)
    assert replace(record, build=whole.build) == whole
    assert recommend_pipeline(config)({}).get() == items
    assert open_catalogue(config.catalogue).count(record.build) == 40


def test_queries_are_answered_while_it_runs(config):
    index = index_pipeline(config)
    index()
    recommend, similar = recommend_pipeline(config), similar_pipeline(config)
    user, item = recommend({}).get(), similar({"movie_id": 5001}).get()
    with ThreadPoolExecutor(3) as pool:
        indexing = pool.submit(lambda: [index().get()[0].rows for _ in range(3)])
        while not indexing.done():
            assert recommend({}).get() == user
            assert similar({"movie_id": 5001}).get() == item
        assert indexing.result() == [326] * 3


@pytest.mark.parametrize("inputs", [("a", "b"), (None,)])
def test_a_wrong_number_of_inputs(config, inputs):
    with pytest.raises(PipelineError, match="the pipeline takes source; "):
        index_pipeline(config)(*inputs)


def test_a_folder_that_is_not_there(config, tmp_path):
    with pytest.raises(DatasetError, match="nowhere"):
        index_pipeline(config)(str(tmp_path / "nowhere"))
    with pytest.raises(IndexMismatchError, match="holds no index yet"):
        recommend_pipeline(config)


def test_recommenders_that_share_a_catalogue_and_a_collection_s_name_keep_their_own_facts(config, folder, tmp_path):
    other = load_config(config, milvus={"uri": str(tmp_path / "other.db")})
    index_pipeline(config)()
    users = [{"user_id": user} for user in range(10001, 10021)]
    ours = recommend_pipeline(config)(users).get()
    lines = (SAMPLE_DIR / "movies.dat").read_bytes().splitlines(keepends=True)
    renamed = folder("renamed", 0, 0, b"".join(line.replace(b"::", b"::Theirs: ", 1) for line in lines))
    for _ in range(3):
        index_pipeline(other)(renamed)
        assert recommend_pipeline(config)(users).get() == ours
    theirs = recommend_pipeline(other)(users).get()[0]
    assert all(item["title"].startswith("Theirs: ") for items in theirs for item in items)
