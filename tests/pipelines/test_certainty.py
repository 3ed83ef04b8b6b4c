"""How sure predicted ratings are, in recommendations, and requests for sure ones alone: as all items say by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from towhee_recsys import add_pipeline, load_bundle, load_config, recommend_pipeline, why_not
from towhee_recsys.bundle import UserEncoder, item_variances
from towhee_recsys.errors import ConfigError, QueryError
from towhee_recsys.requests import request_filter_counts
from towhee_recsys.stores.vectors import index_of

KNOWN, NEW = {"user_id": 10001}, {"gender": "F", "age": 25}
USERS = [KNOWN, NEW, {}, {"liked": [5001, 5003]}, {"user_id": 10002, "liked": [5001]}]


@pytest.fixture(scope="module")
def recommend(sure_config):
    return recommend_pipeline(sure_config)


@pytest.fixture(scope="module")
def std_of(sure_config):
    """The standard deviation of a user's predicted rating of an item, by the bundle alone."""
    bundle = load_bundle(sure_config.model.dir)
    encoder, items = UserEncoder(bundle), item_variances(bundle)
    return lambda user, key: math.sqrt(encoder.variances([user])[0] * items.of(key))


def answer(pipeline, request):
    return pipeline(request).get()[0]


def ids(items):
    return [item["movie_id"] for item in items]


@pytest.mark.parametrize("user", USERS, ids=str)
def test_recommendations_say_how_sure_they_are(recommend, std_of, user):
    items = answer(recommend, user)
    assert [item["predicted_rating_std"] for item in items] == pytest.approx(
        [std_of(user, item["movie_id"]) for item in items]
    )
    assert [*items[0]][-3:] == ["score", "predicted_rating", "predicted_rating_std"]


@pytest.mark.parametrize("user", USERS, ids=str)
@pytest.mark.parametrize("max_std", [0.6, 0.8, 1.0, 5.0])
def test_only_sure_items_are_the_sure_ones_of_all(recommend, std_of, user, max_std):
    everything = answer(recommend, {"user": user, "top_k": 400})
    sure = [key for key in ids(everything) if std_of(user, key) <= max_std]
    assert ids(answer(recommend, {"user": user, "max_std": max_std})) == sure[:10]
    assert ids(answer(recommend, {"user": user, "max_std": max_std, "top_k": 400})) == sure
    assert ids(answer(recommend, {"user": user, "max_std": max_std, "offset": 3, "top_k": 4})) == sure[3:7]
    comedies = [item["movie_id"] for item in everything if "Comedy" in item["genres"] and item["movie_id"] in sure]
    request = {"user": user, "max_std": max_std, "filter": {"genres": {"any": ["Comedy"]}}, "only": comedies[2:]}
    assert ids(answer(recommend, request)) == comedies[2:12]


def test_a_list_of_requests_is_answered_as_each_alone(recommend):
    requests = [{"user": user, "max_std": std} for user in USERS for std in (0.7, 0.9)]
    together = answer(recommend, [*requests, KNOWN])
    for items, request in zip(together, [*requests, KNOWN], strict=True):
        alone = answer(recommend, request)
        assert ids(items) == ids(alone)
        assert [item["predicted_rating_std"] for item in items] == [item["predicted_rating_std"] for item in alone]


def test_the_config_has_a_default(sure_config, recommend, std_of):
    everything = answer(recommend, {"user": KNOWN, "top_k": 400})
    middle = float(np.median([item["predicted_rating_std"] for item in everything]))
    strict = recommend_pipeline(load_config(sure_config, requests={"max_std": middle}))
    items = answer(strict, KNOWN)
    assert len(items) == 10
    assert all(std_of(KNOWN, key) <= middle for key in ids(items))
    assert answer(strict, {"user": KNOWN, "max_std": 9.0, "top_k": 400}) == everything


def test_what_is_left_where_nothing_is_sure(sure_config, recommend, caplog):
    request = {"user": NEW, "max_std": 0.1, "filter": {"year": {"gte": 1990}}}
    assert answer(recommend, request) == []
    assert "max_std 0.1 leaves 0 items" in caplog.text
    bundle, index = load_bundle(sure_config.model.dir), index_of(sure_config.milvus)
    counts = request_filter_counts({"user": KNOWN, "max_std": 0.8}, bundle, index)
    [of_user] = UserEncoder(bundle).variances([KNOWN])
    factors = np.array([*item_variances(bundle).known.values()])
    assert counts == [{"max_std": 0.8, "items": int((np.sqrt(of_user * factors) <= 0.8).sum())}]
    assert request_filter_counts({"user": KNOWN}, bundle, index, 0.8) == counts
    assert request_filter_counts({"items": [5001]}, bundle, index, 0.8) == []


def test_why_an_item_is_left_out(sure_config, recommend, std_of):
    [first, *_] = ids(answer(recommend, KNOWN))
    std = std_of(KNOWN, first)
    found = why_not(sure_config, {"user": KNOWN, "max_std": std * 0.9}, first)
    assert found["predicted_rating_std"] == pytest.approx(std)
    [rule] = found["kept_out_by"]
    assert rule["rule"] == "max_std"
    assert f"{std:.3g}" in rule["because"]
    assert f"{std * 0.9:g}" in rule["because"]
    assert why_not(sure_config, {"user": KNOWN, "max_std": std * 1.1}, first)["recommended"]


def test_ranks_count_sure_items_alone(sure_config, recommend):
    request = {"user": KNOWN, "max_std": 0.8}
    for item in answer(recommend, request)[::4]:
        assert why_not(sure_config, request, item["movie_id"])["rank_of_allowed"] == item["rank"]


def test_an_item_that_was_added_is_as_sure_as_an_item_without_interactions(sure_config, tmp_path):
    from towhee_recsys import index_pipeline

    config = load_config(
        sure_config, milvus={"uri": str(tmp_path / "movies.db")}, catalogue=f"sqlite:///{tmp_path / 'movies.sqlite'}"
    )
    index_pipeline(config)()
    (tmp_path / "more.dat").write_text("9001::New (2000)::Comedy\n", encoding="latin-1")
    add_pipeline(config)(str(tmp_path / "more.dat"))
    request = {"user": KNOWN, "only": [9001]}
    [item] = answer(recommend_pipeline(config), request)
    bundle = load_bundle(config.model.dir)
    std = math.sqrt(UserEncoder(bundle).variances([KNOWN])[0] * 1.5**0.8)
    assert item["predicted_rating_std"] == pytest.approx(std)
    assert answer(recommend_pipeline(config), request | {"max_std": std * 0.99}) == []
    assert len(answer(recommend_pipeline(config), request | {"max_std": std * 1.01})) == 1


@pytest.mark.parametrize(
    "given", [0, -1, "0.8", True, float("nan"), float("inf"), 10**400, [0.8]], ids=lambda x: str(x)[:9]
)
def test_a_deviation_that_cannot_be(recommend, given):
    with pytest.raises(QueryError, match=r"max_std: given .*accepted: a number above 0") as raised:
        recommend({"user": {}, "max_std": given})
    assert raised.value.field == "max_std"


@pytest.mark.parametrize("given", [1e200, 1.7e308, 10**300])
def test_a_very_high_deviation_leaves_all(recommend, given):
    assert answer(recommend, {"user": KNOWN, "max_std": given}) == answer(recommend, KNOWN)


def test_a_share_may_be_any_number(recommend):
    with pytest.raises(QueryError, match=r"diversity: given .*accepted: a number from 0 to 1"):
        recommend({"user": {}, "diversity": 10**400})


def test_without_a_teacher_it_is_refused(unsure_config):
    plain = recommend_pipeline(unsure_config)
    assert "predicted_rating_std" not in answer(plain, KNOWN)[0]
    with pytest.raises(QueryError, match=r"max_std: given 0\.8, accepted: none.*training\.teacher") as raised:
        plain({"user": KNOWN, "max_std": 0.8})
    assert raised.value.field == "max_std"
    with pytest.raises(ConfigError, match=r"requests\.max_std: given 0\.8.*training\.teacher"):
        recommend_pipeline(load_config(unsure_config, requests={"max_std": 0.8}))
