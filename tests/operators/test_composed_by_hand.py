"""Pipelines composed with Towhee's own words, of our operators."""

from __future__ import annotations

import pytest
from towhee import ops, pipe

from towhee_recsys.config import load_config
from towhee_recsys.pipelines import recommend_pipeline
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.vectors import open_index

OURS = ops.towhee_recsys
PEOPLE = [{}, {"user_id": 10001}, {"gender": "F", "age": 25, "occupation": "programmer"}]


@pytest.fixture
def config(indexed_config, tmp_path):
    """Stores that are still empty."""
    stores = {"milvus": {"uri": str(tmp_path / "movies.db")}, "catalogue": f"sqlite:///{tmp_path / 'movies.sqlite'}"}
    return load_config(indexed_config, **stores)


def store(config):
    return {"uri": config.milvus.uri, "collection": config.milvus.collection}


def encoded(config, chunk_size=500):
    """From a folder to its items, in chunks, and their unit vectors."""
    return (
        pipe.input("path")
        .flat_map("path", "movies", OURS.read_movielens(chunk_size=chunk_size))
        .map("movies", "vectors", OURS.movie_encoder(model_dir=config.model.dir))
        .map("vectors", "vectors", OURS.normalize())
    )


def recommended(config):
    return (
        pipe.input("user")
        .map("user", "vector", OURS.user_encoder(model_dir=config.model.dir))
        .map("vector", "vector", OURS.normalize())
        .map("vector", "hits", OURS.milvus_search(**store(config), top_k=config.top_k))
        .map("user", "leave_out", OURS.liked_items(model_dir=config.model.dir))
        .map(
            ("user", "vector", "leave_out", "hits"),
            "hits",
            OURS.popular_items(model_dir=config.model.dir, **store(config), top_k=config.top_k),
        )
        .map("hits", "movies", OURS.lookup(catalogue=config.catalogue))
        .output("hits", "movies")
    )


@pytest.mark.parametrize("staged", [False, True])
def test_they_find_what_the_yaml_pipelines_find(config, indexed_config, staged):
    index = (
        encoded(config)
        .map(("movies", "vectors"), "receipt", OURS.milvus_insert(**store(config), staged=staged))
        .map(("movies", "receipt"), "receipt", OURS.catalogue_insert(catalogue=config.catalogue))
    )
    if staged:
        index = index.window_all("receipt", "receipt", OURS.publish(**store(config), catalogue=config.catalogue))
    receipts = index.output("receipt")(config.dataset.path).to_list()
    assert [receipt.rows for [receipt] in receipts] == [326]
    made, shipped = (open_index(*store(each).values()).live() for each in (config, indexed_config))
    assert (made.rows, made.content_hash) == (shipped.rows, shipped.content_hash)
    by_hand = recommended(config)
    by_yaml = recommend_pipeline(load_config(indexed_config, include_seen=True))
    for person in PEOPLE:
        hits, items = by_hand(person).get()
        assert items == by_yaml(person).get()[0]
        assert [hit.id for hit in hits] == [item["movie_id"] for item in items]


def test_vectors_alone_can_be_indexed_and_searched(config):
    insert = OURS.milvus_insert(**store(config))
    index = encoded(config, chunk_size=100).map(("movies", "vectors"), "receipt", insert).output("receipt")
    assert [receipt.rows for [receipt] in index(config.dataset.path).to_list()] == [100, 100, 100, 26]
    search = pipe.input("vector").map("vector", "hits", OURS.milvus_search(**store(config), top_k=1)).output("hits")
    item = {"movie_id": 5042}
    encode = (
        pipe.input("item")
        .map("item", "vector", OURS.movie_encoder(model_dir=config.model.dir))
        .map("vector", "vector", OURS.normalize())
        .output("vector")
    )
    assert search(encode(item).get()[0]).get()[0][0].id == 5042


def test_one_item_can_be_added(config):
    item = {"movie_id": 7, "title": "Heat", "year": 1995, "genres": ["Crime"]}
    add = (
        pipe.input("item")
        .map("item", "vector", OURS.movie_encoder(model_dir=config.model.dir))
        .map("vector", "vector", OURS.normalize())
        .map(("item", "vector"), "receipt", OURS.milvus_insert(**store(config)))
        .map(("item", "receipt"), "receipt", OURS.catalogue_insert(catalogue=config.catalogue))
        .output("receipt")
    )
    receipt = add(item).get()[0]
    assert receipt.rows == 1
    assert open_catalogue(config.catalogue).get([7], receipt.build) == [item]
    assert [item["title"] for item in recommended(config)({}).get()[1]] == ["Heat"]
