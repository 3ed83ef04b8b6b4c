"""Why an item is not recommended: the rank by hand, and a rule for each way to keep an item out."""

from __future__ import annotations

import numpy as np
import pytest

from towhee_recsys import (
    add_feedback,
    delete_items,
    hide_items,
    index_pipeline,
    load_config,
    recommend_pipeline,
    show_items,
    why_not,
)
from towhee_recsys.bundle import UserEncoder, item_vectors
from towhee_recsys.errors import QueryError
from towhee_recsys.model.embeddings import normalize
from towhee_recsys.stores.history import open_history
from towhee_recsys.stores.vectors import index_of

USER = {"user_id": 10001}


def rules(found) -> list[str]:
    return [each["rule"] for each in found["kept_out_by"]]


@pytest.fixture(scope="module")
def ranking(indexed_config, sample_bundle):
    """All ids in the order of their scores for `USER`, and the scores."""
    rows, vectors = item_vectors(sample_bundle)
    scores = vectors @ np.asarray(normalize(UserEncoder(sample_bundle)(USER)))
    order = np.argsort(-scores, kind="stable")
    return [int([*rows][row]) for row in order], scores[order]


@pytest.fixture(scope="module")
def seen(indexed_config):
    [ids] = open_history(indexed_config.history_url).get([10001], index_of(indexed_config.milvus).live().build)
    return set(ids)


@pytest.mark.parametrize("place", [0, 1, 40, 150, -1])
def test_score_and_rank_are_those_of_all_items(indexed_config, ranking, seen, place):
    ids, scores = ranking
    found = why_not(indexed_config, USER, ids[place])
    assert found["score"] == pytest.approx(scores[place], abs=1e-6)
    assert found["rank"] == ids.index(ids[place]) + 1
    assert found["rank_of_allowed"] == 1 + sum(key not in seen for key in ids[: found["rank"] - 1])
    assert found["items"] == len(ids)
    assert found["item"]["movie_id"] == ids[place]
    assert 1 <= found["predicted_rating"] <= 5
    assert ("seen" in rules(found)) == (ids[place] in seen)
    assert ("rank" in rules(found)) == (found["rank_of_allowed"] > indexed_config.top_k)


def test_what_is_recommended_is_kept_out_by_nothing(indexed_config):
    items = recommend_pipeline(indexed_config)(USER).get()[0]
    for item in items:
        found = why_not(indexed_config, USER, item["movie_id"])
        assert (found["recommended"], found["kept_out_by"]) == (True, [])
        assert found["rank_of_allowed"] == item["rank"]


@pytest.mark.parametrize("by", ["id", "text", "title"])
def test_an_item_is_given_by_id_or_title(indexed_config, ranking, by):
    [key, *_], _ = ranking
    title = why_not(indexed_config, USER, key)["item"]["title"]
    assert why_not(indexed_config, USER, {"id": key, "text": str(key), "title": title}[by])["rank"] == 1


def test_each_field_of_a_request_that_keeps_an_item_out_is_named(indexed_config):
    [first, second, third, *_] = [item["movie_id"] for item in recommend_pipeline(indexed_config)(USER).get()[0]]

    def asked(item, user=None, **options):
        return rules(why_not(indexed_config, {"user": {**USER, **(user or {})}, **options}, item))

    assert asked(first, exclude=[first]) == ["exclude"]
    assert asked(first, only=[second]) == ["only"]
    assert asked(third, top_k=2) == ["rank"]
    assert asked(first, offset=1) == ["offset"]
    facts = why_not(indexed_config, USER, first)["item"]
    [clause] = why_not(indexed_config, {"user": USER, "filter": {"genres": {"none": facts["genres"]}}}, first)[
        "kept_out_by"
    ]
    assert clause["rule"] == "filter"
    assert all(each in clause["because"] for each in ["genres", "none of", *facts["genres"]])
    assert asked(first, filter={"genres": {"any": ["Nothing"]}, "year": {"gte": facts["year"] + 1}}) == [
        "filter",
        "filter",
    ]
    assert "liked" in asked(first, {"liked": [first]})
    assert "disliked" in asked(first, {"disliked": [first]})
    assert asked(first, include_seen=True, top_k=300) == []


def test_all_rules_that_apply_are_named(indexed_config, seen):
    key = min(seen)
    found = why_not(indexed_config, {"user": USER, "exclude": [key], "only": [key + 1], "top_k": 1}, key)
    assert {"seen", "exclude", "only"} <= set(rules(found))
    assert all(each["because"] for each in found["kept_out_by"])
    assert "seen" not in rules(why_not(indexed_config, {"user": USER, "include_seen": True}, key))


def test_a_diverse_list_may_have_others_in_its_place(indexed_config):
    plain = [item["movie_id"] for item in recommend_pipeline(indexed_config)(USER).get()[0]]
    request = {"user": USER, "diversity": 0.9}
    diverse = [item["movie_id"] for item in recommend_pipeline(indexed_config)(request).get()[0]]
    [missing, *_] = [key for key in plain if key not in diverse]
    assert rules(why_not(indexed_config, request, missing)) == ["diversity"]


def test_somebody_of_whom_nothing_is_known_gets_popular_items(indexed_config):
    items = recommend_pipeline(indexed_config)({}).get()[0]
    found = why_not(indexed_config, {"user": {}, "exclude": [items[0]["movie_id"]]}, items[4]["movie_id"])
    assert (found["score"], found["rank"], found["rank_of_allowed"]) == (items[4]["score"], 5, 4)
    assert rules(why_not(indexed_config, {"user": {}, "top_k": 3}, items[4]["movie_id"])) == ["rank"]


def test_an_item_that_nobody_has_is_refused(indexed_config):
    with pytest.raises(QueryError, match=r"item.*999999"):
        why_not(indexed_config, USER, 999_999)


def test_hidden_deleted_and_new_items(sample_config, sample_bundle, tmp_path):
    config = load_config(
        sample_config,
        milvus={"uri": str(tmp_path / "movies.db")},
        catalogue=f"sqlite:///{tmp_path / 'movies.sqlite'}",
    )
    index_pipeline(config)()
    [first, second, *_] = [item["movie_id"] for item in recommend_pipeline(config)(USER).get()[0]]
    hide_items(config, [first])
    assert rules(why_not(config, USER, first)) == ["hidden"]
    show_items(config, [first])
    assert rules(why_not(config, USER, first)) == []
    delete_items(config, [second])
    found = why_not(config, USER, second)
    assert rules(found) == ["not in the index"]
    assert found["items"] == index_of(config.milvus).live().rows


def test_each_rule_that_applies_is_there(indexed_config, tmp_path):
    config = load_config(indexed_config, feedback=f"sqlite:///{tmp_path / 'feedback.sqlite'}")
    hide_items(config, [5001])
    add_feedback(config, {"user_id": 424_242, "movie_id": 5001, "rating": 5})
    assert {"hidden", "feedback"} <= {*rules(why_not(config, {"user_id": 424_242, "gender": "F"}, 5001))}
    request = {"user": {"user_id": "424242", "gender": "F"}, "include_seen": True}
    assert "feedback" not in rules(why_not(config, request, 5001))
