"""The step that adds reasons, on a real index, catalogue and history."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from towhee_recsys.errors import IndexMismatchError
from towhee_recsys.operators import Explain, Lookup, MilvusSearch, Normalize, PopularItems, UserEncoderOperator
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.history import open_history
from towhee_recsys.stores.vectors import Hit, index_of

EXPLAIN, PLAIN = SimpleNamespace(explain=True), SimpleNamespace(explain=False)
USERS = [{"user_id": 10001}, {"age": 25, "gender": "F"}, {"liked": [5001, 5003]}, {}]


@pytest.fixture(scope="module")
def explain(indexed_config):
    return Explain(
        indexed_config.model.dir,
        indexed_config.milvus.uri,
        indexed_config.milvus.collection,
        indexed_config.catalogue,
        indexed_config.history_url,
    )


@pytest.fixture(scope="module")
def hits(indexed_config):
    """The hits of each of `USERS`; those of the last are the popular items."""
    index = {"uri": indexed_config.milvus.uri, "collection": indexed_config.milvus.collection}
    vectors = Normalize()(UserEncoderOperator(indexed_config.model.dir)(USERS))
    nearest = MilvusSearch(**index, top_k=5)(vectors)
    return PopularItems(indexed_config.model.dir, **index, top_k=5)(USERS, vectors, [[] for _ in USERS], nearest)


@pytest.fixture(scope="module")
def items(indexed_config, hits):
    return Lookup(indexed_config.catalogue)(hits)


def test_items_stay_as_they_are_unless_reasons_are_wanted(explain, hits, items):
    assert explain(items, hits, USERS, None) is items
    assert explain(items, hits, USERS, [PLAIN] * 4) is items
    assert explain(items[0], hits[0], USERS[0], PLAIN) is items[0]
    assert explain([], [], USERS[0], EXPLAIN) == []
    assert explain([[], items[1]], [[], hits[1]], USERS[:2], [EXPLAIN, None]) == [[], items[1]]


def test_the_shares_of_each_recommendation_sum_to_its_score(explain, hits, items):
    for before, after in zip(items, explain(items, hits, USERS, [EXPLAIN] * 4), strict=True):
        assert [{key: item[key] for key in item if key != "reasons"} for item in after] == before
        for item in after:
            assert sum(each["share"] for each in item["reasons"]) == pytest.approx(item["score"], abs=1e-5)
            assert item["reasons"][-1]["because"] in ("other", "everyone")


def test_reasons_name_what_is_known_of_each_user(explain, indexed_config, hits, items):
    known, described, liking, nobody = explain(items, hits, USERS, [EXPLAIN] * 4)
    build = index_of(indexed_config.milvus).live().build
    [seen] = open_history(indexed_config.history_url).get([10001], build)
    of_history = [each for item in known for each in item["reasons"] if each["because"] == "history"]
    titles = [
        facts["title"]
        for facts in open_catalogue(indexed_config.catalogue).get([each["item_id"] for each in of_history], build)
    ]
    assert of_history
    assert {each["item_id"] for each in of_history} <= set(seen)
    assert [each["title"] for each in of_history] == titles
    assert {each["because"] for item in described for each in item["reasons"]} == {"everyone", "age", "gender", "other"}
    assert {each.get("item_id") for item in liking for each in item["reasons"]} == {None, 5001, 5003}
    assert [item["reasons"] for item in nobody] == [
        [{"because": "everyone", "share": item["score"]}] for item in nobody
    ]


def test_several_requests_get_what_each_gets_alone(explain, hits, items):
    requests = [EXPLAIN, PLAIN, EXPLAIN, EXPLAIN]
    together = explain(items, hits, USERS, requests)
    assert together[1] is items[1]
    for row in (0, 2, 3):
        alone = explain(items[row], hits[row], USERS[row], EXPLAIN)
        for one, other in zip(alone, together[row], strict=True):
            assert [each["because"] for each in one["reasons"]] == [each["because"] for each in other["reasons"]]
            shares = [[each["share"] for each in item["reasons"]] for item in (one, other)]
            assert shares[0] == pytest.approx(shares[1], abs=2e-3)


def test_without_a_history_the_share_of_a_user_s_id_is_in_the_rest(indexed_config, hits, items):
    index = {"uri": indexed_config.milvus.uri, "collection": indexed_config.milvus.collection}
    explain = Explain(indexed_config.model.dir, **index, catalogue=indexed_config.catalogue)
    [first, *_] = explain(items[0], hits[0], USERS[0], EXPLAIN)
    assert "history" not in {each["because"] for each in first["reasons"]}
    assert sum(each["share"] for each in first["reasons"]) == pytest.approx(first["score"], abs=1e-5)


def test_a_build_that_is_gone_is_reported(explain, items):
    gone = [Hit(item["movie_id"], item["score"], None, "nothing__1") for item in items[0]]
    with pytest.raises(IndexMismatchError, match=r"nothing__1 is gone.*towhee-recsys index"):
        explain(items[0], gone, USERS[0], EXPLAIN)
