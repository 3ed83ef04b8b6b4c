"""What a user has interacted with is not recommended, unless the config or the request includes it."""

from __future__ import annotations

import pytest

from towhee_recsys import load_config, recommend_pipeline
from towhee_recsys.data import interactions_frame, read_dataset


@pytest.fixture(scope="module")
def rated(indexed_config):
    table = interactions_frame(read_dataset(indexed_config.dataset))
    return {int(user): set(items) for user, items in table.groupby("user")["item"]}


def ids(items):
    return [item["movie_id"] for item in items]


def test_no_user_of_the_sample_gets_what_the_user_has_rated(recommend, rated):
    users = [{"user_id": user} for user in rated]
    lists = recommend(users).get()[0]
    assert all(len(items) == 10 for items in lists)
    assert [set(ids(items)) & rated[user] for user, items in zip(rated, lists, strict=True)] == [set()] * len(rated)
    assert [recommend(user).get()[0] for user in users[:20]] == lists[:20]


def test_seen_items_come_back_by_config_and_by_request(indexed_config, recommend, rated):
    users = [{"user_id": user} for user in rated]
    by_config = recommend_pipeline(load_config(indexed_config, include_seen=True))(users).get()[0]
    assert sum(len(set(ids(items)) & rated[user]) for user, items in zip(rated, by_config, strict=True)) > len(rated)
    assert recommend([user | {"include_seen": True} for user in users]).get()[0] == by_config
    mixed = recommend([users[0] | {"include_seen": True}, users[0]]).get()[0]
    assert mixed == [by_config[0], recommend(users[0]).get()[0]]


def test_one_who_has_seen_nearly_everything_gets_the_rest(indexed_config, rated):
    everything = recommend_pipeline(load_config(indexed_config, top_k=400))
    user = max(rated, key=lambda each: len(rated[each]))
    assert sorted(ids(everything({"user_id": user}).get()[0])) == sorted(set(range(5001, 5327)) - rated[user])


def test_liked_items_are_left_out_even_if_seen_ones_are_not(recommend):
    user = {"user_id": 10001, "include_seen": True}
    first = ids(recommend(user).get()[0])[0]
    assert first not in ids(recommend(user | {"liked": [first]}).get()[0])
