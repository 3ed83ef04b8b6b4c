"""Items that the model never saw, into the live index: found at once, and with their facts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from towhee import AutoPipes, register

from towhee_recsys import add_items, add_pipeline, index_pipeline, load_config, recommend_pipeline, train
from towhee_recsys.bundle import ItemEncoder
from towhee_recsys.errors import DatasetError, IndexMismatchError
from towhee_recsys.model.embeddings import normalize
from towhee_recsys.pipelines import load_pipeline
from towhee_recsys.pipelines.builder import SHIPPED
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.vectors import Receipt, index_of

NEW = b"9001::Brand New (2025)::Comedy|Drama\n9002::Newer Still (2026)::Western|No Such Genre\n"


@pytest.fixture
def config(sample_config, sample_bundle, tmp_path):
    stores = {"milvus": {"uri": str(tmp_path / "movies.db")}, "catalogue": f"sqlite:///{tmp_path / 'movies.sqlite'}"}
    return load_config(sample_config, **stores)


@pytest.fixture
def indexed(config):
    index_pipeline(config)()
    return config


@pytest.fixture
def file(tmp_path):
    """Makes a file of items."""

    def file(content: bytes = NEW) -> Path:
        (tmp_path / "new.dat").write_bytes(content)
        return tmp_path / "new.dat"

    return file


def test_added_items_are_recommended_at_once(indexed, sample_bundle, file):
    recommend = recommend_pipeline(load_config(indexed, top_k=400))
    assert {item["movie_id"] for item in recommend({}).get()[0]} == set(range(5001, 5327))
    assert add_items(indexed, file()) == 2
    for pipeline in (recommend, recommend_pipeline(load_config(indexed, top_k=400))):
        found = {item["movie_id"]: item for item in pipeline({}).get()[0]}
        assert len(found) == 328
        assert (found[9001]["title"], found[9001]["year"]) == ("Brand New", 2025)
        assert found[9002]["genres"] == ["Western", "No Such Genre"]
    vectors = index_of(indexed.milvus).store.rows(index_of(indexed.milvus).live().build, [9001]).vectors
    of_its_facts = ItemEncoder(sample_bundle)([{"title": "Brand New", "year": 2025, "genres": ["Comedy", "Drama"]}])
    assert np.allclose(vectors, np.asarray(normalize(of_its_facts)), atol=1e-5)


def test_adding_again_changes_nothing_and_other_facts_take_the_place_of_the_first(indexed, file):
    add_items(indexed, file())
    record = index_of(indexed.milvus).live()
    assert add_items(indexed, file()) == 2
    assert index_of(indexed.milvus).live() == record
    add_items(indexed, file(b"9001::Second Thoughts (2025)::Horror\n"))
    assert index_of(indexed.milvus).live().rows == 328
    assert index_of(indexed.milvus).live().content_hash != record.content_hash
    [item] = open_catalogue(indexed.catalogue).get([9001], record.build)
    assert (item["title"], item["genres"]) == ("Second Thoughts", ["Horror"])


def test_many_at_once(indexed, file):
    many = b"".join(f"{key}::Item {key} (1999)::Drama\n".encode() for key in range(10_000, 10_600))
    assert add_items(indexed, file(many)) == 600
    live = index_of(indexed.milvus).live()
    assert (live.rows, open_catalogue(indexed.catalogue).count(live.build)) == (926, 926)


@register(name="tests/must_have_facts")
class MustHaveFacts:
    """In the place of milvus_insert: whether the facts are there when vectors would be written."""

    def __init__(self, catalogue, build):
        self._catalogue, self._build = open_catalogue(catalogue), build

    def __call__(self, items, vectors):
        assert None not in self._catalogue.get([item["movie_id"] for item in items], self._build)
        return Receipt(
            self._build, None, vectors.shape[1], np.zeros(0, np.int64), np.zeros(0, np.uint64), vectors.model.items
        )


def test_facts_are_there_before_vectors_are(indexed, file, tmp_path):
    text = (SHIPPED / "add.yaml").read_text(encoding="utf-8").replace("chunk_size: 100000", "chunk_size: 1")
    before, _, after = text.partition("    op: milvus_insert\n")
    arguments = f"{{catalogue: '${{catalogue}}', build: {index_of(indexed.milvus).live().build}}}"
    own = f"    op: tests/must_have_facts\n    args: {arguments}\n"
    (tmp_path / "own.yaml").write_text(before + own + after.partition("\n")[2], encoding="utf-8")
    many = b"".join(f"{key}::Item {key} (1999)::Drama\n".encode() for key in range(10_000, 10_100))
    assert len(load_pipeline(tmp_path / "own.yaml", indexed)(str(file(many))).to_list()) == 100


def test_readers_miss_nothing_while_items_are_added(indexed, file, caplog):
    recommend = recommend_pipeline(load_config(indexed, top_k=400))
    with ThreadPoolExecutor(1) as pool:
        adding = pool.submit(lambda: [add_items(indexed, file(NEW.replace(b"New", b"N" * n))) for n in range(1, 6)])
        while not adding.done():
            assert len(recommend({}).get()[0]) in (326, 327, 328)
        assert adding.result() == [2] * 5
    assert "the catalogue lacks" not in caplog.text


def test_a_file_with_a_bad_line_adds_nothing(indexed, file):
    record = index_of(indexed.milvus).live()
    with pytest.raises(DatasetError, match=r"new\.dat:3: missing fields"):
        add_items(indexed, file(NEW + b"and no more\n"))
    assert index_of(indexed.milvus).live() == record
    assert open_catalogue(indexed.catalogue).count(record.build) == 326


def test_a_lenient_file_of_bad_lines_adds_nothing(indexed, file):
    lenient = load_config(indexed, dataset={"strict": False, "max_bad_share": 0.5})
    record = index_of(indexed.milvus).live()
    with pytest.raises(DatasetError, match=r"dataset\.max_bad_share"):
        add_items(lenient, file(NEW + b"no\n" * 3))
    assert index_of(indexed.milvus).live() == record
    assert add_items(lenient, file(NEW + b"no\n")) == 2


def test_a_file_that_is_not_there(indexed, tmp_path):
    with pytest.raises(DatasetError, match=r"nowhere\.dat does not exist"):
        add_items(indexed, tmp_path / "nowhere.dat")


def test_without_an_index_nothing_is_added(config, file):
    with pytest.raises(IndexMismatchError, match=r"holds no index yet\. Build it with `towhee-recsys index"):
        add_items(config, file())
    assert open_catalogue(config.catalogue).versions("movies") == []


def test_to_the_index_of_another_model_nothing_is_added(indexed, small_bundle, file):
    other, record = load_config(indexed, model={"dir": str(small_bundle.directory)}), index_of(indexed.milvus).live()
    with pytest.raises(IndexMismatchError, match=f"{record.model_id}, which is not here.* {small_bundle.model_id}"):
        add_items(other, file())
    assert open_catalogue(indexed.catalogue).count(record.build) == 326


def test_the_pipeline_gives_a_receipt_of_the_index_and_one_of_what_was_written(indexed, file):
    for pipeline in (add_pipeline(indexed), AutoPipes.pipeline("towhee_recsys/add", config=indexed)):
        before = index_of(indexed.milvus).live()
        index, receipt = pipeline(str(file())).get()
        assert (index.build, index.model_id, index.rows) == (before.build, before.model_id, 0)
        assert (receipt.build, receipt.model_id, receipt.rows) == (before.build, before.model_id, 2)


def test_columns_have_the_types_of_the_model_where_the_dataset_is_out_of_reach(tmp_path):
    (tmp_path / "items.csv").write_text(
        "sku,name,size\n" + "".join(f"00{key},Item {key},M{key % 2}\n" for key in range(7))
    )
    rows = "".join(f"{user},00{(user + step) % 7}\n" for user in range(9) for step in range(4))
    (tmp_path / "orders.csv").write_text(f"customer,sku\n{rows}")
    config = load_config(
        dataset={
            "name": "shop",
            "path": str(tmp_path),
            "items": {"path": "items.csv", "id": "sku", "title": "name", "show": ["size"]},
            "interactions": {"path": "orders.csv", "user": "customer", "item": "sku"},
        },
        model={"dir": str(tmp_path / "model"), "embedding_size": 8},
        training={"epochs": 1, "batch_size": 4, "device": "cpu"},
        milvus={"uri": str(tmp_path / "items.db")},
        catalogue=f"sqlite:///{tmp_path / 'items.sqlite'}",
    )
    train(config)
    index_pipeline(config)()
    (tmp_path / "items.csv").unlink()
    (tmp_path / "orders.csv").unlink()
    (tmp_path / "more.csv").write_text("sku,name,size\n5,1984,7\n")
    assert add_items(config, tmp_path / "more.csv") == 1
    build = index_of(config.milvus).live().build
    assert open_catalogue(config.catalogue).get(["5"], build) == [{"sku": "5", "name": "1984", "size": "7"}]
