"""A user's interactions since the training, and hidden items, as a step of a pipeline."""

from __future__ import annotations

import pytest

from towhee_recsys import add_feedback, hide_items, load_config, show_items
from towhee_recsys.errors import QueryError
from towhee_recsys.operators import ReadFeedback
from towhee_recsys.requests import Request


@pytest.fixture
def config(indexed_config, tmp_path):
    return load_config(indexed_config, feedback=f"sqlite:///{tmp_path / 'feedback.sqlite'}")


@pytest.fixture
def read(config):
    def made(**more):
        index = {"uri": config.milvus.uri, "collection": config.milvus.collection}
        return ReadFeedback(config.feedback_url, model_dir=config.model.dir, **index, **more)

    return made


def rated(user, item, rating):
    return {"user_id": user, "movie_id": item, "rating": rating}


def test_a_record_without_feedback_is_the_same_object_and_nothing_is_left_out(read):
    for user in ({"user_id": 10_001}, {}, {"age": 25}, {"user_id": None}, {"user_id": 1.5}, "no record"):
        found, changes = read()(user)
        assert found is user
        assert changes == []
    assert read()([]) == ([], [])


def test_the_events_of_a_user_and_the_hidden_items(read, config):
    add_feedback(config, [rated(10_001, 5003, 4.5), rated(10_001, 5001, 1), rated(999, 5002, 5)])
    hide_items(config, [5009])
    user = {"user_id": 10_001, "age": 25}
    found, changes = read()(user)
    assert found == {"user_id": 10_001, "age": 25, "feedback": [(5003, 4.5), (5001, 1.0)]}
    assert (sorted(changes), user) == ([5001, 5003, 5009], {"user_id": 10_001, "age": 25})
    show_items(config, [5009])
    assert sorted(read()({"user_id": "10001"})[1]) == [5001, 5003]


def test_a_batch_gives_what_each_gets_alone(read, config):
    add_feedback(config, [rated(user, 5000 + user, 5) for user in range(1, 20)])
    hide_items(config, [5100, 5101])
    users = [{"user_id": user} for user in (3, 50, "3", 19, 3.0)] + [{}, {"age": 25}]
    step = read()
    records, changes = step(users)
    assert list(zip(records, changes, strict=True)) == [step(user) for user in users]
    assert step(tuple(users)) == (records, changes)


def test_where_seen_items_may_be_recommended_only_hidden_ones_are_left_out(read, config):
    add_feedback(config, rated(1, 5001, 5))
    hide_items(config, [5009])
    request = Request(top_k=10, include_seen=True)
    assert read()({"user_id": 1, "include_seen": True})[1] == [5009]
    assert read(include_seen=True)({"user_id": 1})[1] == [5009]
    assert read()({"user_id": 1, "include_seen": False}, request)[1] == [5009]
    assert read()([{"user_id": 1}], [request])[1] == [[5009]]
    assert sorted(read(include_seen=True)({"user_id": 1, "include_seen": False})[1]) == [5001, 5009]
    assert read()({"user_id": 1, "include_seen": True})[0]["feedback"] == [(5001, 5.0)]
    with pytest.raises(QueryError, match="include_seen: given 'yes', accepted: true or false"):
        read()({"user_id": 1, "include_seen": "yes"})


def test_feedback_of_the_request_takes_precedence(read, config):
    add_feedback(config, rated(1, 5001, 5))
    found, changes = read()({"user_id": 1, "feedback": [(5002, 1.0)]})
    assert (found["feedback"], changes) == ([(5002, 1.0)], [5001])
