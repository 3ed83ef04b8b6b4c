"""Feedback and hidden items of a config's index: checks, idempotence, export, forgetting a user."""

from __future__ import annotations

import time
from datetime import datetime, timezone

import numpy as np
import pytest

from towhee_recsys import (
    add_feedback,
    exported_feedback,
    forget_user,
    gc_index,
    hidden_items,
    hide_items,
    load_config,
    rollback_index,
    show_items,
)
from towhee_recsys.errors import IndexMismatchError, QueryError
from towhee_recsys.lifecycle.feedback import feedback_of
from towhee_recsys.stores.history import open_history
from towhee_recsys.stores.vectors import index_of


@pytest.fixture
def own(indexed_config, tmp_path):
    """The sample's index with a feedback of this test's."""
    return load_config(indexed_config, feedback=f"sqlite:///{tmp_path / 'feedback.sqlite'}")


def rated(user, item, rating, **more):
    return {"user_id": user, "movie_id": item, "rating": rating, **more}


def test_one_event_or_several_and_the_same_again(own):
    assert add_feedback(own, rated(10_001, 5001, 5, timestamp=978300760)) == 1
    several = [rated("10001", "5002", 3.5, timestamp="2024-05-31T18:30:00Z"), rated(7, np.int64(5003), "4")]
    for _ in range(2):
        assert add_feedback(own, several) == 2
    assert add_feedback(own, []) == 0
    exported = list(exported_feedback(own))
    assert exported[:2] == [
        {"user_id": 10_001, "movie_id": 5001, "rating": 5, "timestamp": 978300760},
        {"user_id": "10001", "movie_id": 5002, "rating": 3.5, "timestamp": "2024-05-31T18:30:00Z"},
    ]
    now = exported[2].pop("timestamp")
    assert exported[2:] == [{"user_id": 7, "movie_id": 5003, "rating": 4}]
    assert abs(now - time.time()) < 60


def test_of_several_ratings_of_an_item_the_last_is_exported(own):
    for key, rating in (("a", 1), ("b", 5), ("c", 3)):
        add_feedback(own, rated(1, 5001, rating, key=key))
    assert [event["rating"] for event in exported_feedback(own)] == [3]


@pytest.mark.parametrize(
    ("change", "facts"),
    [
        ({"rating": 6}, ["rating: given 6", "a number from 1 to 5"]),
        ({"rating": float("nan")}, ["rating is missing", "a number from 1 to 5"]),
        ({"rating": True}, ["rating: given True", "a number from 1 to 5"]),
        ({"rating": None}, ["rating is missing", "a number from 1 to 5"]),
        ({"user_id": None}, ["user_id is missing", "the id of a user"]),
        ({"user_id": [1]}, ["user_id: given [1]", "a whole number of at most 64 bits, or a text of 1 to 512 bytes"]),
        ({"movie_id": "Heat"}, ["movie_id: item id 'Heat' was given", "a whole number"]),
        ({"movie_id": 999_999}, ["movie_id: item 999999 is not in the index 'movies'", "index --add FILE"]),
        ({"timestamp": "yesterday"}, ["timestamp: given 'yesterday'", "seconds since 1970, or ISO 8601"]),
        ({"timestamp": "2024-13-31"}, ["timestamp: given '2024-13-31'"]),
        ({"timestamp": 10**18}, ["timestamp: given 1000000000000000000"]),
        ({"stars": 5}, ["field 'stars' is not known", "Accepted: user_id, movie_id, rating, timestamp, key"]),
        ({"key": [1]}, ["key: given [1]", "accepted: a whole number, or a text"]),
    ],
    ids=str,
)
def test_what_is_refused_is_named_with_its_field_and_row_and_nothing_is_added(own, change, facts):
    wrong = {**rated(1, 5001, 5), **change}
    for events, where in ((wrong, "feedback: "), ([rated(1, 5002, 5), wrong], "feedback, row 2: ")):
        with pytest.raises(QueryError) as raised:
            add_feedback(own, events)
        assert str(raised.value).startswith(where)
        assert raised.value.field in {*change, None}
        assert [fact for fact in facts if fact not in str(raised.value)] == []
    assert list(exported_feedback(own)) == []


def test_a_record_that_is_no_mapping(own):
    with pytest.raises(QueryError, match=r"row 2: 5 was given; a mapping with the fields user_id, movie_id, rating"):
        add_feedback(own, [rated(1, 5001, 5), 5])


def test_a_time_of_python(own):
    add_feedback(own, rated(1, 5001, 5, timestamp=datetime(2024, 5, 31, 18, 30, tzinfo=timezone.utc)))
    assert [event["timestamp"] for event in exported_feedback(own)] == ["2024-05-31T18:30:00+00:00"]


@pytest.mark.parametrize(
    ("declared", "given", "exported"),
    [
        ({"event": "action", "weights": {"view": 1, "hate": -1}}, {"action": "hate"}, {"action": "hate"}),
        ({"count": "plays", "time": "at", "time_unit": "ms"}, {"at": 5}, {"plays": 1, "at": 5}),
        ({"count": "plays"}, {"plays": 2.5}, {"plays": 2.5}),
        ({}, {}, {}),
    ],
    ids=str,
)
def test_events_counts_and_pairs(own, declared, given, exported):
    interactions = {"user": "who", "item": "what", "path": "x.csv", **declared}
    stores = {"milvus": own.milvus.model_dump(), "feedback": own.feedback}
    config = load_config(dataset={"name": "plays", "interactions": interactions}, **stores)
    add_feedback(config, {"who": "é", "what": 5001, **given})
    assert list(exported_feedback(config)) == [{"who": "é", "what": 5001, **exported}]
    if "event" in declared:
        with pytest.raises(QueryError, match=r"action: given 'haet', accepted: view, hate\. Did you mean 'hate'\?"):
            add_feedback(config, {"who": "é", "what": 5001, "action": "haet"})


def test_without_an_index(own, tmp_path):
    nowhere = load_config(own, milvus={"uri": str(tmp_path / "none.db")})
    with pytest.raises(IndexMismatchError, match="does not exist"):
        add_feedback(nowhere, rated(1, 5001, 5))
    assert hide_items(nowhere, [5001]) == 1
    assert not forget_user(nowhere, 1)
    assert not (tmp_path / "none.db").exists()


def test_items_are_hidden_and_shown(own):
    assert hide_items(own, [5001, "5002", 999_999]) == 3
    assert hide_items(own, [5001, 5001]) == 0
    assert sorted(hidden_items(own)) == [5001, 5002, 999_999]
    assert show_items(own, [5001, 5003]) == 1
    assert sorted(hidden_items(own)) == [5002, 999_999]
    with pytest.raises(QueryError, match="hidden items: item id 'Heat' was given"):
        hide_items(own, ["Heat"])


def test_it_outlives_builds_and_a_user_is_forgotten_in_all_of_them(config, serve, models):
    builds = [serve(model) for model in models]
    history = open_history(config.history_url)
    add_feedback(config, [rated(10_001, 5001, 5), rated(10_002, 5001, 5)])
    hide_items(config, [5002])
    rollback_index(config)
    gc_index(config, keep=2)
    assert [event["user_id"] for event in exported_feedback(config)] == [10_001, 10_002]
    assert hidden_items(config) == [5002]
    assert all(history.get([10_001], build) != [[]] for build in builds)
    assert forget_user(config, "10001")
    assert not forget_user(config, 10_001)
    assert [event["user_id"] for event in exported_feedback(config)] == [10_002]
    assert [history.get([10_001, 10_002], build)[0] for build in builds] == [[], []]
    assert all(history.get([10_002], build) != [[]] for build in builds)
    assert {history.count(build) for build in builds} == {59}


def test_recommenders_that_share_a_store_have_feedback_of_their_own(own, tmp_path):
    add_feedback(own, rated(1, 5001, 5))
    other = load_config(own, milvus={"uri": str(tmp_path / "other.db")})
    assert list(exported_feedback(other)) == []
    assert feedback_of(own) is feedback_of(load_config(own))
    assert index_of(own.milvus).collection == index_of(other.milvus).collection


def test_where_it_is_kept(indexed_config):
    assert indexed_config.feedback_url == indexed_config.history_url
    given = load_config(indexed_config, history="redis://host/1")
    assert given.feedback_url == "redis://host/1"
    assert load_config(given, feedback="redis://host/2").feedback_url == "redis://host/2"
