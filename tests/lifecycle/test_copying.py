"""`index --to`: the index in another Milvus answers as the old one does."""

from __future__ import annotations

import pytest

from towhee_recsys import (
    add_feedback,
    copy_index,
    delete_items,
    gc_index,
    hidden_items,
    hide_items,
    index_builds,
    index_pipeline,
    load_config,
    recommend_pipeline,
    rollback_index,
)
from towhee_recsys.config import dump_config
from towhee_recsys.errors import ConfigError, IndexMismatchError, QueryError
from towhee_recsys.lifecycle.feedback import feedback_of
from towhee_recsys.stores.vectors import index_of


@pytest.fixture
def there(config, tmp_path):
    """The config of the new place."""
    return load_config(config, milvus={"uri": str(tmp_path / "new.db")})


def answers(config):
    return [recommend_pipeline(config)({"user_id": user}).get() for user in (10_001, 10_002, 10_003)]


def ids(lists):
    return [[item["movie_id"] for item in items] for [items] in lists]


def rated(user, item, rating):
    return {"user_id": user, "movie_id": item, "rating": rating, "timestamp": 978300760}


@pytest.mark.parametrize("given", ["a uri", "a config", "a file with a config"])
def test_the_copy_answers_as_the_old_index_does(config, there, serve, models, tmp_path, given):
    build, written = serve(models[0]), []
    add_feedback(config, [rated(10_001, 5001, 5), rated(10_002, 5002, 1)])
    hide_items(config, [5003])
    (tmp_path / "new.yaml").write_text(dump_config(there), encoding="utf-8")
    to = {"a uri": there.milvus.uri, "a config": there, "a file with a config": str(tmp_path / "new.yaml")}[given]
    record = copy_index(config, to, on_written=written.append)
    assert (record.build, record.rows, sum(written)) == (build, 326, 326)
    assert [(each.build, each.live) for each in index_builds(there)] == [(build, True)]
    assert index_builds(config)[0].live
    assert answers(there) == answers(config)
    assert hidden_items(there) == [5003]


def test_again_it_copies_what_has_changed_and_keeps_what_is_newer_there(config, there, serve, models):
    serve(models[0])
    copy_index(config, there)
    delete_items(config, [5001])
    add_feedback(config, [rated(10_001, 5002, 1), rated(10_001, 5004, 4)])
    add_feedback(there, rated(10_001, 5002, 5))
    record = copy_index(config, there)
    assert record.rows == 325
    assert {event.item: event.value for event in feedback_of(there).events()} == {5002: 5, 5004: 4}
    assert answers(there)[1:] == answers(config)[1:]


def test_the_new_place_is_kept_as_any_other_index(config, there, serve, models):
    first = serve(models[0])
    copy_index(config, there)
    [second] = index_pipeline(there)().get()
    assert [each.build for each in index_builds(there)] == [second.build, first]
    assert rollback_index(there).build == first
    assert gc_index(there, keep=1) == [second.build]
    assert answers(there) == answers(config)


def test_facts_and_histories_elsewhere_are_refused(config, there, serve, models, tmp_path):
    serve(models[0])
    elsewhere = load_config(there, catalogue=f"sqlite:///{tmp_path / 'other.sqlite'}")
    with pytest.raises(IndexMismatchError) as raised:
        copy_index(config, elsewhere)
    for fact in ("0 of the 326 items", "same catalogue, history and model.dir", "`towhee-recsys index -c NEW_CONFIG`"):
        assert fact in str(raised.value)
    assert not (tmp_path / "new.db").exists()


def test_what_is_no_other_place_is_refused(config, there, serve, models):
    serve(models[0])
    with pytest.raises(QueryError) as raised:
        copy_index(config, config.milvus.uri)
    for fact in (config.milvus.uri, "is already", "another file that ends in .db, or another server"):
        assert fact in str(raised.value)
    with pytest.raises(QueryError) as raised:
        copy_index(config, load_config(there, milvus={"collection": "others"}))
    for fact in ("milvus.collection", "'others'", f"accepted: {config.milvus.collection!r}"):
        assert fact in str(raised.value)


def test_settings_that_the_new_place_lacks_are_refused(config, serve, models):
    serve(models[0])
    server = load_config(config, milvus={"uri": "http://127.0.0.1:1", "index": {"type": "HNSW"}})
    with pytest.raises(ConfigError, match=r"index\.type HNSW needs a server"):
        copy_index(server, "new.db")


def test_where_there_is_no_index_there_is_no_copy(config, there):
    with pytest.raises(IndexMismatchError, match="does not exist"):
        copy_index(config, there)


@pytest.mark.slow
@pytest.mark.milvus
def test_from_a_file_to_a_server_with_the_recall_of_its_own_index(config, serve, models, milvus_server):
    build = serve(models[0])
    how = {"index": {"type": "HNSW", "ef": 32}, "recall": 0.99, "server": {"shards": 2}}
    there = load_config(config, milvus={"uri": milvus_server.url, "collection": config.milvus.collection, **how})
    record = copy_index(config, there)
    try:
        assert (record.build, record.rows, record.index) == (build, 326, "HNSW")
        assert record.recall >= 0.99
        assert record.search["ef"] >= 32
        assert index_builds(config)[0].recall is None, "the source is exact"
        assert ids(answers(there)) == ids(answers(config))
        delete_items(config, [5001])
        assert (copy_index(config, there).rows, index_builds(there)[0].recall) == (325, record.recall)
    finally:
        store = index_of(there.milvus).store
        for name in store.names():
            if name.startswith(f"{config.milvus.collection}__"):
                store.drop(name)
