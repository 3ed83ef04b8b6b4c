"""The list of builds and the locations of their models, gc, and deleting items from the live index."""

from __future__ import annotations

import shutil
from dataclasses import astuple

import pytest

from towhee_recsys import (
    delete_items,
    gc_index,
    index_builds,
    index_pipeline,
    load_config,
    recommend_pipeline,
    rollback_index,
)
from towhee_recsys.bundle.published import PublishedModels
from towhee_recsys.errors import IndexMismatchError, QueryError
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.vectors import index_of, start_build


def test_builds_and_the_places_of_their_models(config, serve, models):
    first, second = serve(models[0]), serve(models[1])
    third = start_build(index_of(config.milvus), "c" * 16, 8)
    a, b = (model.model_id for model in models)
    copies = PublishedModels(config.model.dir).folder
    published = [each.published for each in index_builds(config)]
    assert published[0] > published[1]
    assert [astuple(each) for each in index_builds(config)] == [
        (second, b, 326, published[0], True, str(copies / b), None, {}),
        (first, a, 326, published[1], False, str(copies / a), None, {}),
        (third, "c" * 16, 0, None, False, None, None, {}),
    ]
    shutil.rmtree(copies)
    assert [each.model_in for each in index_builds(config)] == [config.model.dir, None, None]


@pytest.mark.parametrize("call", [index_builds, gc_index, rollback_index, lambda config: delete_items(config, [5001])])
def test_where_there_is_no_file_none_is_made(config, tmp_path, call):
    file = tmp_path / "wrong" / "items.db"
    with pytest.raises(IndexMismatchError) as raised:
        call(load_config(config, milvus={"uri": str(file)}, catalogue=f"sqlite:///{file.with_suffix('.sqlite')}"))
    assert f"milvus.uri {str(file)!r} does not exist" in str(raised.value)
    assert "`towhee-recsys index -c CONFIG`" in str(raised.value)
    assert not file.parent.exists()


def test_gc_keeps_as_many_as_asked_and_their_facts(config, serve, models):
    first, second = serve(models[0]), serve(models[1])
    third, catalogue = start_build(index_of(config.milvus), None, 8), open_catalogue(config.catalogue)
    assert gc_index(config) == [third]
    assert catalogue.versions("items") == sorted([first, second])
    assert gc_index(config, keep=1) == [first]
    assert catalogue.versions("items") == [second]
    assert gc_index(config, 1) == []
    with pytest.raises(QueryError, match="keep 0 is not acceptable: give a whole number from 1"):
        gc_index(config, 0)


def test_deleted_items_are_not_recommended(config, serve, models):
    build = serve(models[0])
    everything = recommend_pipeline(load_config(config, top_k=400))
    first, second = (item["movie_id"] for item in everything({}).get()[0][:2])
    assert delete_items(config, [first, second, 77]) == 2
    left = [item["movie_id"] for item in everything({}).get()[0]]
    assert len(left) == 324
    assert not {first, second} & set(left)
    assert open_catalogue(config.catalogue).get([first, second], build) == [None, None]
    assert delete_items(config, [first, second]) == 0
    [again] = index_pipeline(config)().get()
    assert again.rows == 326, "the next build has what the dataset has"


def test_a_deletion_that_was_stopped_after_the_vectors_is_ended_by_the_same_call(config, serve, models):
    from towhee_recsys.stores.vectors import delete_live

    build = serve(models[0])
    delete_live(index_of(config.milvus), [5001])
    assert delete_items(config, [5001]) == 0
    assert open_catalogue(config.catalogue).count(build) == 325


def test_what_cannot_be_deleted(config, serve, models):
    with pytest.raises(IndexMismatchError, match="holds no index yet"):
        delete_items(config, [5001])
    serve(models[0])
    for wrong in ("5001", 1.5, True, 2**63):
        with pytest.raises(QueryError, match="the ids here are each a whole number of at most 64 bits"):
            delete_items(config, [5002, wrong])
    assert index_of(config.milvus).live().rows == 326
