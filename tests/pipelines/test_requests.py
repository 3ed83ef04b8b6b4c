"""Requests: a user with options, or items with options."""

from __future__ import annotations

from typing import Any

import pytest

from towhee_recsys import (
    add_feedback,
    hide_items,
    load_bundle,
    load_config,
    recommend_pipeline,
    similar_pipeline,
)
from towhee_recsys.config.requests import REQUEST_FIELDS
from towhee_recsys.errors import ConfigError, QueryError
from towhee_recsys.pipelines import Pipeline
from towhee_recsys.requests import item_finder, request_filter_counts, user_request_reader
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.vectors import index_of

KNOWN, NEW = {"user_id": 10001}, {"gender": "F", "age": 25}
USERS = [KNOWN, NEW, {}, {"liked": [5001, 5003]}, {"user_id": 10002, "liked": [5001]}]


@pytest.fixture(scope="module")
def similar(indexed_config: Any) -> Pipeline:
    return similar_pipeline(indexed_config)


def ids(items: Any) -> list[int]:
    return [item["movie_id"] for item in items]


def answer(pipeline: Pipeline, request: Any) -> Any:
    return pipeline(request).get()[0]


@pytest.mark.parametrize("user", USERS, ids=str)
def test_a_users_record_is_the_request_without_options(recommend, user):
    assert answer(recommend, {"user": user}) == answer(recommend, user)


@pytest.mark.parametrize("user", USERS, ids=str)
def test_pages_are_slices_of_a_long_list(recommend, user):
    everything = answer(recommend, {"user": user, "top_k": 30})
    pages = [answer(recommend, {"user": user, "top_k": 10, "offset": offset}) for offset in (0, 10, 20)]
    assert [item for page in pages for item in page] == everything
    assert [item["rank"] for item in everything] == list(range(1, 31))


@pytest.mark.parametrize("user", USERS, ids=str)
def test_pages_of_a_diverse_list_are_slices_too(recommend, user):
    everything = answer(recommend, {"user": user, "top_k": 20, "diversity": 0.6})
    second = answer(recommend, {"user": user, "top_k": 10, "offset": 10, "diversity": 0.6})
    assert ids(second) == ids(everything)[10:]
    assert ids(everything) != ids(answer(recommend, {"user": user, "top_k": 20}))


@pytest.mark.parametrize("user", USERS, ids=str)
def test_excluded_items_are_left_out(recommend, user):
    first = ids(answer(recommend, user))
    request = {"user": user, "exclude": first[:3], "top_k": 7}
    assert ids(answer(recommend, request)) == first[3:]


@pytest.mark.parametrize("user", USERS, ids=str)
def test_only_some_items(recommend, user):
    first = ids(answer(recommend, user))
    assert ids(answer(recommend, {"user": user, "only": [str(key) for key in first[4:6]]})) == first[4:6]
    assert answer(recommend, {"user": user, "only": []}) == []


@pytest.mark.parametrize("user", USERS, ids=str)
@pytest.mark.parametrize(
    ("where", "holds"),
    [
        ({"year": {"gte": 1990}}, lambda item: item["year"] is not None and item["year"] >= 1990),
        ({"genres": {"any": ["Comedy"]}}, lambda item: "Comedy" in item["genres"]),
        ({"genres": ["Comedy", "Drama"]}, lambda item: {"Comedy", "Drama"} & {*item["genres"]}),
        (
            {"genres": {"all": ["Comedy"], "none": ["Romance"]}, "year": {"lte": 2000}},
            lambda item: "Comedy" in item["genres"] and "Romance" not in item["genres"] and item["year"] <= 2000,
        ),
    ],
    ids=["year", "any", "list", "several"],
)
def test_filtered_lists_are_the_matching_part_of_the_whole_list(recommend, user, where, holds):
    everything = answer(recommend, {"user": user, "top_k": 400})
    matching = [key for key, item in zip(ids(everything), everything, strict=True) if holds(item)]
    assert len(matching) > 10
    assert ids(answer(recommend, {"user": user, "filter": where})) == matching[:10]
    assert ids(answer(recommend, {"user": user, "filter": where, "offset": 3, "top_k": 4})) == matching[3:7]
    only = matching[5:9] + ids(everything)[:3]
    expected = [key for key in matching if key in only and key != matching[5]]
    request = {"user": user, "filter": where, "only": only, "exclude": matching[5:6]}
    assert ids(answer(recommend, request)) == expected


def test_similar_items_with_a_filter(similar):
    everything = answer(similar, {"items": [5001, 5003], "top_k": 400})
    matching = [item["movie_id"] for item in everything if "Comedy" in item["genres"]]
    request = {"items": [5001, 5003], "filter": {"genres": {"any": ["Comedy"]}}, "top_k": 5}
    assert ids(answer(similar, request)) == matching[:5]


def test_a_filter_that_nothing_satisfies_says_what_each_clause_leaves(recommend, caplog):
    request = {"user": NEW, "filter": {"year": {"gte": 2100}, "genres": {"any": ["Comedy"]}}, "only": [5001, 5002]}
    assert answer(recommend, request) == []
    [message] = [text for text in caplog.messages if "nothing is left" in text]
    assert '{"year":{"gte":2100}} leaves 0 items' in message
    assert '{"genres":{"any":["Comedy"]}} leaves ' in message
    assert "only 2 ids leaves 2 items" in message
    counts = answer(recommend, [request, request, {"user": NEW}])
    assert list(map(len, counts)) == [0, 0, 10]


def test_what_a_request_leaves_is_counted_of_as_many_ids_as_a_config_may_allow(indexed_config):
    bundle, index = load_bundle(indexed_config.model.dir), index_of(indexed_config.milvus)
    assert request_filter_counts({"user": {}, "only": [*range(20_000)]}, bundle, index) == [
        {"only": 20_000, "items": 326}
    ]


def test_the_config_says_what_may_be_filtered_by(indexed_config):
    strict = recommend_pipeline(load_config(indexed_config, requests={"filter": ["year"]}))
    assert len(answer(strict, {"user": {}, "filter": {"year": {"lte": 2000}}})) == 10
    with pytest.raises(QueryError) as caught:
        strict({"user": {}, "filter": {"genres": {"any": ["Comedy"]}}})
    assert "genres" in str(caught.value)
    assert "year" in str(caught.value)
    with pytest.raises(ConfigError, match=r"requests\.filter: given 'yaer', accepted: year, genres.*mean 'year'"):
        recommend_pipeline(load_config(indexed_config, requests={"filter": ["yaer"]}))


def test_hidden_items_and_feedback_are_left_out(indexed_config, tmp_path):
    config = load_config(indexed_config, feedback=f"sqlite:///{tmp_path / 'feedback.sqlite'}")
    recommend, similar = recommend_pipeline(config), similar_pipeline(config)
    first, most_like = ids(answer(recommend, KNOWN)), ids(answer(similar, {"movie_id": 5001}))
    hide_items(config, [first[0], most_like[0]])
    assert first[0] not in ids(answer(recommend, KNOWN))
    assert first[0] not in ids(answer(recommend, {"user": {**KNOWN, "include_seen": True}}))
    assert ids(answer(similar, [{"movie_id": 5001}])[0])[:9] == most_like[1:]
    add_feedback(config, {"user_id": 10001, "movie_id": first[1], "rating": 5})
    assert first[1] not in ids(answer(recommend, KNOWN))


def test_reasons_come_where_the_request_says_so(recommend):
    items = answer(recommend, {"user": {"liked": [5001, 5003]}, "explain": True, "top_k": 3})
    assert all(each["reasons"] for each in items)
    assert "reasons" not in answer(recommend, {"liked": [5001, 5003]})[0]


def test_a_record_with_disliked_items_alone_gets_no_liked(indexed_config):
    """A tower with a history reads those that it knows of the user, unless the record has `liked`."""
    bundle = load_bundle(indexed_config.model.dir)
    find = item_finder(bundle, open_catalogue(indexed_config.catalogue), index_of(indexed_config.milvus))
    read = user_request_reader(bundle, find, top_k=10)
    for record in ({**KNOWN, "disliked": [5001]}, {**KNOWN, "liked": [], "disliked": [5001]}, {"liked": [5001]}):
        user, request = read(record)
        assert user == record
        assert request.exclude == (5001,)


def test_an_offset_behind_the_end_gives_nothing(recommend):
    assert answer(recommend, {"user": NEW, "offset": 400}) == []


def test_seen_items_come_where_the_request_says_so(recommend, indexed_config):
    every = answer(recommend_pipeline(load_config(indexed_config, include_seen=True)), KNOWN)
    assert answer(recommend, {"user": KNOWN, "include_seen": True}) == every
    assert answer(recommend, {**KNOWN, "include_seen": True}) == every
    assert answer(recommend, {"user": {**KNOWN, "include_seen": True}}) == every
    fewer = answer(recommend, KNOWN)
    assert answer(recommend, {"user": {**KNOWN, "include_seen": True}, "include_seen": False}) == fewer
    assert set(ids(every)) - set(ids(fewer))


def test_a_list_is_answered_as_one_by_one(recommend):
    requests = [
        *USERS,
        {"user": KNOWN, "top_k": 3, "offset": 2},
        {"user": {}, "top_k": 25, "exclude": [5001]},
        {"user": NEW, "only": [5001, 5002, 5003]},
        {"user": NEW, "diversity": 0.5, "top_k": 5},
        {"user": KNOWN, "include_seen": True, "top_k": 1},
    ]
    one_by_one = [answer(recommend, request) for request in requests]
    together = answer(recommend, requests)
    assert [ids(items) for items in together] == [ids(items) for items in one_by_one]
    assert [[each["rank"] for each in items] for items in together] == [
        [each["rank"] for each in items] for items in one_by_one
    ]


def test_similar_to_several_is_near_their_mean(similar):
    both = answer(similar, {"items": [5001, "5003"], "top_k": 5})
    assert not {5001, 5003} & set(ids(both))
    assert answer(similar, {"items": [5001]}) == answer(similar, {"movie_id": 5001})
    assert answer(similar, {"items": [{"movie_id": 5001}]}) == answer(similar, {"movie_id": 5001})
    assert ids(answer(similar, {"items": [5001, 5001]})) == ids(answer(similar, {"movie_id": 5001}))
    requests = [{"items": [5001, 5003], "top_k": 5}, {"movie_id": 5002}, {"items": [5004, 5005, 5006], "offset": 3}]
    together = answer(similar, requests)
    assert [ids(items) for items in together] == [ids(answer(similar, request)) for request in requests]
    assert together[0] == both


@pytest.mark.parametrize(
    ("request_", "facts"),
    [
        ({"user": 5}, ["user: given 5", "a mapping"]),
        ({"user": {}, "top_k": 0}, ["top_k: given 0", "from 1 to 1000"]),
        ({"user": {}, "top_k": True}, ["top_k: given True", "a whole number"]),
        ({"user": {}, "top_k": "10"}, ["top_k: given '10'"]),
        ({"user": {}, "top_k": 2.0}, ["top_k: given 2.0"]),
        ({"user": {}, "offset": -1}, ["offset: given -1", "from 0 to 999"]),
        ({"user": {}, "offset": 995}, ["offset: given 995", "at most 1000", "requests.max_top_k", "top_k is 10"]),
        ({"user": {}, "exclude": 5001}, ["exclude: given 5001", "a list of item ids"]),
        ({"user": {}, "exclude": "5001"}, ["exclude: given '5001'", "a list of item ids"]),
        ({"user": {}, "exclude": ["a"]}, ["exclude: ", "'a'", "a whole number"]),
        ({"user": {}, "only": [1.5]}, ["only: ", "1.5", "a whole number"]),
        ({"user": {}, "only": [None]}, ["only: ", "None", "a whole number"]),
        ({"user": {}, "only": list(range(10_001))}, ["only: given 10001 values", "at most 10000", "requests.max_ids"]),
        ({"user": {}, "include_seen": 1}, ["include_seen: given 1", "true or false"]),
        ({"user": {"include_seen": "yes"}}, ["include_seen: given 'yes'", "true or false"]),
        ({"user": {}, "diversity": 1.5}, ["diversity: given 1.5", "a number from 0 to 1"]),
        ({"user": {}, "diversity": float("nan")}, ["diversity: given nan", "a number from 0 to 1"]),
        ({"user": {}, "diversity": True}, ["diversity: given True", "a number from 0 to 1"]),
        ({"user": {}, "explain": 0}, ["explain: given 0", "true or false"]),
        ({"user": {}, "topk": 5}, ["'topk' is not known", "Did you mean 'top_k'?", "user, top_k, offset"]),
        ({"user": {"liked": [5001], "disliked": [5001]}}, ["disliked: item 5001 is also in liked"]),
        ({"user": {"liked": 5001}}, ["liked is a list of item ids", "5001"]),
        ({"user": {"disliked": [True]}}, ["disliked is a list of item ids", "True"]),
        ({"user": {"liked": list(range(10_001))}}, ["liked: given 10001 values", "at most 10000"]),
        ({"user": {"hair": "red"}}, ["'hair' is not known"]),
    ],
    ids=str,
)
def test_wrong_fields_are_named_with_what_is_accepted(recommend, request_, facts):
    with pytest.raises(QueryError) as caught:
        recommend(request_)
    assert [fact for fact in facts if fact not in str(caught.value)] == [], caught.value


@pytest.mark.parametrize(
    ("request_", "facts"),
    [
        ({"items": []}, ["items: given []", "a list of one item or more"]),
        ({"items": 5001}, ["items: given 5001", "a list of one item or more"]),
        ({"items": [5001], "include_seen": True}, ["'include_seen' is not known", "items, top_k"]),
        ({"items": [True]}, ["items: ", "True"]),
        ({"items": [{"colour": "red"}]}, ["'colour' is not known"]),
    ],
    ids=str,
)
def test_wrong_fields_of_a_request_for_similar_items(similar, request_, facts):
    with pytest.raises(QueryError) as caught:
        similar(request_)
    assert [fact for fact in facts if fact not in str(caught.value)] == [], caught.value


def test_the_wrong_one_of_several_is_named(recommend, similar):
    with pytest.raises(QueryError, match=r"^request 2 of 3: top_k: given 0") as caught:
        recommend([{}, {"user": {}, "top_k": 0}, {}])
    assert (caught.value.field, caught.value.accepted) == ("top_k", "a whole number from 1 to 1000")
    with pytest.raises(QueryError, match=r"^request 1 of 2: items: given \[\]"):
        similar([{"items": []}, {"movie_id": 5001}])


@pytest.mark.parametrize("field", ["top_k", "offset", "exclude", "only", "include_seen", "diversity", "explain"])
def test_the_config_allows_fields(indexed_config, field):
    value = {"exclude": [], "only": [], "include_seen": True, "explain": True}.get(field, 1)
    strict = recommend_pipeline(load_config(indexed_config, requests={"allow": []}))
    with pytest.raises(QueryError) as caught:
        strict({"user": {}, field: value})
    assert f"{field}: the config does not allow it" in str(caught.value)
    assert "requests.allow" in str(caught.value)
    assert caught.value.field == field
    assert len(answer(strict, {})) == 10
    if field == "include_seen":
        with pytest.raises(QueryError, match="include_seen: the config does not allow it"):
            strict({**KNOWN, field: value})


@pytest.mark.parametrize("allow", [REQUEST_FIELDS, []], ids=["all allowed", "none allowed"])
def test_none_is_as_left_out(indexed_config, allow):
    recommend = recommend_pipeline(load_config(indexed_config, requests={"allow": list(allow)}))
    request = {"user": {**KNOWN, "include_seen": None, "liked": None}, **dict.fromkeys(REQUEST_FIELDS)}
    assert answer(recommend, request) == answer(recommend, KNOWN)


def test_the_configs_defaults(indexed_config, recommend):
    config = load_config(indexed_config, top_k=1200, requests={"diversity": 0.6})
    own = recommend_pipeline(config)
    expected = answer(recommend, {"user": NEW, "diversity": 0.6, "top_k": 20})
    assert ids(answer(own, {"user": NEW, "top_k": 20})) == ids(expected)
    assert len(answer(own, {"user": NEW})) == 326
    with pytest.raises(QueryError, match="from 1 to 1200"):
        own({"user": NEW, "top_k": 1201})
