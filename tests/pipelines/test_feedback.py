"""What users do after the training counts from the next request on, and hidden items are gone at once."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from towhee_recsys import (
    add_feedback,
    forget_user,
    hide_items,
    load_config,
    recommend_pipeline,
    show_items,
)
from towhee_recsys.config import dump_config


@pytest.fixture
def own(indexed_config, tmp_path):
    return load_config(indexed_config, feedback=f"sqlite:///{tmp_path / 'feedback.sqlite'}", unknown_user="general")


@pytest.fixture
def recommend(own):
    pipeline = recommend_pipeline(own)
    return lambda user: pipeline(user).get()[0]


def ids(items):
    return [item["movie_id"] for item in items]


def rated(user, item, rating=5):
    return {"user_id": user, "movie_id": item, "rating": rating}


@pytest.mark.parametrize("user", [10_001, 999_999], ids=["known", "new"])
def test_the_next_request_leaves_it_out_and_is_moved_by_it(own, recommend, user):
    before = recommend({"user_id": user})
    others = recommend({"user_id": 10_002})
    chosen = ids(before)[3:6]
    add_feedback(own, [rated(user, key) for key in chosen])
    after = recommend({"user_id": user})
    assert not set(chosen) & set(ids(after))
    assert len(after) == len(before)
    scores = {item["movie_id"]: item["score"] for item in before}
    assert any(abs(scores[item["movie_id"]] - item["score"]) > 1e-4 for item in after if item["movie_id"] in scores)
    assert recommend({"user_id": 10_002}) == others
    assert ids(recommend({"user_id": str(user)})) == ids(after)


def test_what_is_seen_may_come_again_where_it_is_wanted(own, recommend):
    [first, *_] = ids(recommend({"user_id": 10_001}))
    add_feedback(own, rated(10_001, first))
    assert first not in ids(recommend({"user_id": 10_001}))
    assert first in ids(recommend({"user": {"user_id": 10_001}, "include_seen": True, "top_k": 100}))


def test_a_batch_gives_what_each_gets_alone(own, recommend):
    add_feedback(own, [rated(user, 5001 + user % 7, 1 + user % 5) for user in (*range(10_001, 10_006), 999_999)])
    users = [{"user_id": 10_001}, {"age": 25}, {}, {"user_id": 999_999}, {"user_id": 10_004, "liked": [5050]}]
    for alone, together in zip([recommend(user) for user in users], recommend(users), strict=True):
        assert ids(together) == ids(alone)
        assert np.allclose([item["score"] for item in together], [item["score"] for item in alone], atol=1e-3)


def test_hidden_items_are_gone_for_everybody_until_they_are_shown(own, recommend):
    users = [{}, {"user_id": 10_001}, {"age": 25}, {"user": {"user_id": 10_001}, "include_seen": True}]
    before = [ids(recommend(user)) for user in users]
    hidden = [each[0] for each in before]
    hide_items(own, hidden)
    for user, earlier in zip(users, before, strict=True):
        after = ids(recommend(user))
        assert not set(hidden) & set(after)
        assert len(after) == len(earlier)
    show_items(own, hidden)
    assert [ids(recommend(user)) for user in users] == before


def test_a_user_who_is_forgotten_is_as_before_but_for_what_the_model_knows(own, recommend):
    general = ids(recommend({"user_id": 999_999}))
    add_feedback(own, rated(999_999, general[0]))
    assert ids(recommend({"user_id": 999_999})) != general
    assert forget_user(own, 999_999)
    assert ids(recommend({"user_id": 999_999})) == general == ids(recommend({}))


HIDING = """
import sys
from towhee_recsys import hide_items
hide_items(sys.argv[1], [int(sys.argv[2])])
"""


def test_another_process_hides_an_item_beside_a_running_recommender(own, recommend, tmp_path):
    """It does not open the Milvus Lite file, which only one process can."""
    [first, *_] = ids(recommend({"user_id": 10_001}))
    (tmp_path / "own.yaml").write_text(dump_config(own))
    command = [sys.executable, "-c", HIDING, tmp_path / "own.yaml", str(first)]
    hiding = subprocess.run(command, capture_output=True, text=True)
    assert hiding.returncode == 0, hiding.stderr
    assert first not in ids(recommend({"user_id": 10_001}))
