from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import combinations

import numpy as np
import pytest

from towhee_recsys import load_bundle, train
from towhee_recsys.bundle import ItemEncoder, UserEncoder
from towhee_recsys.bundle.counts import interaction_counts
from towhee_recsys.data import interactions_frame, read_dataset, records
from towhee_recsys.errors import BundleError, QueryError
from towhee_recsys.model.embeddings import ModelRef, normalize

NEW_USER = {"user_id": 999_999, "gender": "M", "age": 30, "occupation": "programmer"}
NEW_MOVIE = {"movie_id": 999_999, "title": "A New One", "year": 2026, "genres": ["Sci-Fi", "Opera"]}


@pytest.fixture(scope="module")
def users(small_bundle) -> UserEncoder:
    return UserEncoder(small_bundle)


@pytest.fixture(scope="module")
def items(small_bundle) -> ItemEncoder:
    return ItemEncoder(small_bundle)


@pytest.fixture(scope="module")
def dataset(small_config_in, tmp_path_factory):
    return read_dataset(small_config_in(tmp_path_factory.mktemp("unused")).dataset)


def close(left, right) -> bool:
    return np.allclose(left, right, rtol=0, atol=1e-5)


def parts(record: dict) -> list[dict]:
    """Every record that gives some of the fields."""
    return [dict(some) for count in range(len(record) + 1) for some in combinations(record.items(), count)]


def test_one_record_and_lists(users, items):
    for encode, record in ((users, NEW_USER), (items, NEW_MOVIE)):
        assert (encode(record).shape, encode([record]).shape, encode([record] * 3).shape) == ((8,), (1, 8), (3, 8))
        assert encode([]).shape == (0, 8)
        assert {each.search.dtype for each in (encode(record), encode([]), encode((record,)))} == {np.dtype(np.float32)}


def test_a_list_gives_what_its_records_give_alone(users, items, dataset):
    for encode, table, new in ((users, dataset.users, NEW_USER), (items, dataset.items, NEW_MOVIE)):
        some = [{}, new, *records(table)[:5], *parts(new)[1:4]]
        some = [record for record in some if list(record) != [encode.id_column]]
        assert close(encode(some), np.array([encode(record) for record in some]))
        assert close(encode(some[::-1]), encode(some)[::-1])


def test_a_known_id_alone_stands_for_its_own_facts(users, items, dataset):
    for encode, table in ((users, dataset.users), (items, dataset.items)):
        facts = records(table)
        ids = [{encode.id_column: record[encode.id_column]} for record in facts]
        assert close(encode(ids), encode(facts))
        assert close(encode({encode.id_column: str(ids[0][encode.id_column])}), encode(facts[0])), "as text, too"
        one = encode(facts[:9]).search - encode(facts[0]).search
        assert np.abs(one[1:]).max() > 1e-3, "not all are the same"


def test_of_a_known_record_each_given_field_counts_and_the_others_are_filled_in(users, dataset):
    known = {key: records(dataset.users)[0][key] for key in NEW_USER}
    for part in parts(known):
        if "user_id" in part:
            assert close(users(part), users(known))
    other = {"F": "M", "M": "F"}[known["gender"]]
    assert close(users({"user_id": known["user_id"], "gender": other}), users(known | {"gender": other}))
    assert not close(users({"user_id": known["user_id"], "gender": other}), users(known))


def test_any_part_of_a_record_is_enough(users, items):
    for encode, record in ((users, NEW_USER), (items, NEW_MOVIE)):
        for part in parts(record):
            if list(part) not in ([encode.id_column], [encode.id_column, "year"]):
                assert np.isfinite(encode(part).search).all(), part
    assert close(users({"gender": None, "age": None}), users({}))
    assert not close(users({"age": 25}), users({"age": 56}))
    assert close(users({"age": 25}), users({"age": "25-34"}))


def test_an_unknown_user_alone_is_an_error_or_the_general_user(users, small_bundle):
    with pytest.raises(QueryError) as raised:
        users([{"user_id": 10_001}, {"user_id": 999_999, "age": None}])
    message = str(raised.value)
    assert message.startswith("user_id 999999 is not known to this model.")
    assert "gender, age, occupation, liked, disliked." in message
    assert "unknown_user: general" in message
    general = UserEncoder(small_bundle, "general")
    assert close(general({"user_id": 999_999}), general({}))
    assert close(general({"user_id": 999_999, "age": 25}), users({"age": 25}))


def test_an_unknown_item_alone_is_an_error(items):
    with pytest.raises(QueryError) as raised:
        items({"movie_id": 999_999})
    assert str(raised.value).startswith("movie_id 999999 is not known to this model.")
    assert "genres, title." in str(raised.value)


def test_a_model_that_reads_only_ids_has_no_fields_to_ask_for(small_config):
    features = "features.item=[{kind: id, column: movie_id}]", "features.user=[{kind: id, column: user_id}]"
    bundle = train(small_config("training.epochs=1", *features))
    with pytest.raises(QueryError) as raised:
        ItemEncoder(bundle)({"movie_id": 999_999})
    assert "movie_id 999999 is not known to this model" in str(raised.value)
    assert ": ." not in str(raised.value)
    with pytest.raises(QueryError, match=r"user_id 999999 is not known to this model.*: liked, disliked\."):
        UserEncoder(bundle)({"user_id": 999_999})


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"agee": 25}, "field 'agee' is not known. Did you mean 'age'?"),
        (
            {"genre": "F"},
            "Accepted: user_id, gender, age, occupation, zip_code, liked, disliked, include_seen.",
        ),
        ({"age": 200}, "age 200 is not known. Accepted: 1 (Under 18)"),
        ({"user_id": 1.5}, "user_id 1.5 is not acceptable"),
        ({"user_id": True}, "user_id True is not acceptable"),
        ("10001", "a record is a mapping such as {'user_id': ..., 'gender': ..., 'age': ..., 'occupation': ...}"),
        (10_001, "10001 was given."),
        (None, "None was given."),
    ],
    ids=str,
)
def test_what_no_user_is(record, message, users):
    for given in (record, [{}, record]):
        with pytest.raises(QueryError) as raised:
            users(given)
        assert message in str(raised.value)


def test_vectors_know_their_model_and_users_how_cosines_read(users, items, small_bundle):
    for given in ({"age": 25}, [{"age": 25}], []):
        found = users(given)
        assert found.model == ModelRef(small_bundle.model_id, small_bundle.calibration)
        assert (found.rating.shape, found.rating.dtype) == (found.shape, np.float32)
    for given in (NEW_MOVIE, [NEW_MOVIE], []):
        assert items(given).model == ModelRef(small_bundle.model_id, None)


def test_threads_get_the_same_answers(small_bundle, dataset):
    queries = [records(dataset.users)[start : start + 1 + start % 7] for start in range(40)]
    expected = [UserEncoder(small_bundle)(each) for each in queries]
    with ThreadPoolExecutor(8) as pool:
        for found in pool.map(lambda _: [UserEncoder(small_bundle)(each) for each in queries], range(8)):
            assert all(close(*pair) for pair in zip(found, expected, strict=True))


def test_rating_vectors_are_the_rating_tower_s_alone_and_in_a_list(users, dataset):
    some = [{}, NEW_USER, *records(dataset.users)[:4]]
    together = users(some)
    assert not close(together, together.rating)
    for record, search, stars in zip(some, together, together.rating, strict=True):
        alone = users(record)
        assert close(alone, search)
        assert close(alone.rating, stars)


@pytest.mark.parametrize("objective", ["rating", "ranking", "both"])
@pytest.mark.parametrize("tower", ["sum", "joined"])
def test_what_people_like_moves_their_vector_for_each_kind_of_model(objective, tower, small_config, dataset):
    bundle = train(small_config("training.epochs=2", f"objective={objective}", f"model.tower={tower}"))
    users = UserEncoder(bundle)
    ids = interactions_frame(dataset)["item"].value_counts().index.tolist()
    people = [{"age": 25, "liked": ids[:3]}, {"age": 25, "liked": ids[3:8]}, {"age": 25}, {"age": 25, "liked": []}]
    vectors = normalize(users(people))
    assert not close(vectors[0], vectors[1])
    assert not close(vectors[0], vectors[2])
    for nothing in ([], None, (), set(), np.array([], dtype=int)):
        given = users([people[0], {"age": 25, "liked": nothing}])[1]
        assert np.array_equal(given, users([people[0], {"age": 25}])[1])
    for record, vector in zip(people, vectors, strict=True):
        assert np.allclose(normalize(users(record)), vector, rtol=0, atol=2e-3)
    items = np.asarray(normalize(ItemEncoder(bundle)([{"movie_id": key} for key in ids])))
    with_likes, without = (np.argsort(np.argsort(-items @ np.asarray(vectors[row]))) for row in (0, 2))
    assert with_likes[:3].mean() < without[:3].mean(), "liked items rank higher"
    assert (vectors.rating is not None) == (objective == "both")


@pytest.mark.parametrize(
    "same", [(5003, 5001), {5001, 5003}, np.array([5001, 5003]), ["5001", 5003], [5001, "5001", 5003, 5003]]
)
def test_liked_ids_may_come_in_any_collection_and_twice(users, same):
    expected = users({"gender": "F", "liked": [5001, 5003]})
    assert np.allclose(users({"gender": "F", "liked": same}), expected, atol=1e-3)


def test_a_known_user_may_say_what_is_liked(users, dataset):
    known = {"user_id": int(dataset.users["user_id"][0])}
    assert not close(users({**known, "liked": [5001, 5002]}), users(known))
    assert close(users({**known, "liked": [5001, 5002]}).rating, users(known).rating), "stars go by what was rated"


@pytest.mark.parametrize(
    ("liked", "message"),
    [
        ([5001, 999_999], "liked: item 999999 is not known to this model. Leave it out; give ids of its items."),
        ("5001", "liked is a list of item ids, such as [260, 1196]; '5001' was given."),
        (5001, "liked is a list of item ids, such as [260, 1196]; 5001 was given."),
        (np.array(5001), "liked is a list of item ids, such as [260, 1196]; array(5001) was given."),
        ({"movie_id": 5001}, "liked is a list of item ids, such as [260, 1196]; {'movie_id': 5001} was given."),
        ([5001.0], "liked is a list of item ids, such as [260, 1196]; [5001.0] was given."),
        ([True], "liked is a list of item ids, such as [260, 1196]; [True] was given."),
        ([None], "liked is a list of item ids, such as [260, 1196]; [None] was given."),
        ([[5001]], "liked is a list of item ids, such as [260, 1196]; [[5001]] was given."),
    ],
    ids=str,
)
def test_what_cannot_be_liked(users, liked, message):
    for given in ({"liked": liked}, [{}, {"age": 25, "liked": liked}]):
        with pytest.raises(QueryError) as raised:
            users(given)
        assert str(raised.value) == message


def chances(users, record, keys, bundle):
    """The mean logarithm of the chances of items by the softmax that the model is trained by."""
    ids = bundle.known_ids("item")
    items = np.asarray(normalize(ItemEncoder(bundle)([{"movie_id": key} for key in ids])))
    logits = items @ np.asarray(normalize(users(record))) / bundle.config.training.temperature
    return np.mean([logits[ids.index(str(key))] for key in keys]) - np.log(np.exp(logits).sum())


@pytest.mark.parametrize("user", [{}, {"age": 25}, {"user_id": 10_001}], ids=str)
def test_disliked_items_fall_and_liked_ones_rise(user, sample_bundle):
    users, keys = UserEncoder(sample_bundle), [5001, 5002, 5003]
    before = chances(users, user, keys, sample_bundle)
    assert chances(users, {**user, "disliked": keys}, keys, sample_bundle) < before
    assert chances(users, {**user, "liked": keys}, keys, sample_bundle) > before
    assert chances(users, {**user, "feedback": [(key, 5) for key in keys]}, keys, sample_bundle) > before
    assert chances(users, {**user, "feedback": [(key, 1) for key in keys]}, keys, sample_bundle) < before


def test_feedback_moves_a_known_user_less_than_a_new_one(small_bundle):
    users, event = UserEncoder(small_bundle), {"feedback": [(5001, 5)]}
    known = {"user_id": 10_001}
    ways = [np.linalg.norm(users({**user, **event}).search - users(user).search) for user in (known, {})]
    assert 0 < ways[0] < ways[1] / 3


def test_of_several_ratings_the_last_counts_and_what_the_record_likes_before_all(users):
    twice = {"feedback": [(5001, 1), (5002, 3), ("5001", 5)]}
    assert close(users(twice), users({"feedback": [(5001, 5), (5002, 3)]}))
    assert not close(users(twice), users({"feedback": [(5001, 1), (5002, 3)]}))
    both = {"feedback": [(5001, 1)], "liked": [5001]}
    assert close(users(both), users({"liked": [5001]}))


def test_feedback_on_an_item_that_the_model_does_not_know_changes_nothing(users, small_bundle):
    assert close(users({"user_id": 10_001, "feedback": [(999_999, 5)]}), users({"user_id": 10_001}))
    assert users.knows([{"feedback": [(999_999, 5)]}, {"feedback": [(5001, 5)]}]).tolist() == [False, True]
    new = UserEncoder(small_bundle)({"user_id": 999_999, "feedback": [(5001, 5)]})
    assert close(new, users({"feedback": [(5001, 5)]}))


@pytest.mark.parametrize("wrong", [5001, "5001", [5001], [(5001,)], [(5001, None)], [(5001, float("nan"))], [(1.5, 5)]])
def test_what_is_no_feedback(users, wrong):
    with pytest.raises(
        QueryError, match=r"feedback is a list of item ids with values, such as \[\(260, 5\)\]; .* given"
    ):
        users([{}, {"feedback": wrong}])


def test_an_unknown_item_cannot_be_disliked(users):
    with pytest.raises(QueryError, match="disliked: item 999999 is not known to this model"):
        users({"disliked": [999_999]})
    with pytest.raises(QueryError, match=r"disliked is a list of item ids, such as \[260, 1196\]; 5001 was given"):
        users({"disliked": 5001})


def test_a_tower_with_a_history_takes_in_what_is_liked_and_takes_out_what_is_disliked(small_config):
    config = small_config(
        "training.epochs=1", "features.user=[{kind: id, column: user_id}, {kind: history, length: 3}]"
    )
    bundle = train(config)
    users, ids = UserEncoder(bundle), [int(key) for key in bundle.known_ids("item")[:5]]
    first = users({"liked": ids[:3]})
    assert close(users({"liked": ids[:2], "feedback": [(ids[2], 5)]}), first)
    assert close(users({"liked": ids[:3], "feedback": [(ids[2], 5), (ids[4], 1)]}), first)
    assert close(users({"liked": [ids[3], *ids[:2]], "feedback": [(ids[2], 4)]}), first), "the last are read"
    assert close(users({"liked": ids[:4][::-1], "disliked": ids[:1]}), users({"liked": [ids[2], ids[1]]}))
    known = {"user_id": 10_001}
    assert not close(users({**known, "feedback": [(ids[0], 5)]}), users(known))
    assert close(users({**known, "feedback": []}), users(known))
    assert UserEncoder(bundle, "general").knows([{"feedback": [(ids[0], 5)]}, {"disliked": ids[:1]}]).tolist() == [
        True,
        False,
    ]
    both = users([{**known, "feedback": [(ids[0], 5)]}, known])
    assert close(both[0], users({**known, "feedback": [(ids[0], 5)]}))
    assert close(both[1], users(known))


def test_the_numbers_of_interactions_that_training_has_read(copy, seal, small_bundle):
    counts = interaction_counts(small_bundle)
    assert (counts.dtype, len(counts), counts.min() > 0) == (np.int32, 60, True)
    assert counts.sum() == pytest.approx(small_bundle.manifest.dataset.interactions, rel=0.2)
    with np.load(copy / "known.npz") as file:
        arrays = dict(file)
    arrays.pop("user.counts")
    np.savez(copy / "known.npz", **arrays)
    seal()
    with pytest.raises(BundleError, match=r"user\.counts is missing; int32\[60\] is expected.* Train again"):
        interaction_counts(load_bundle(copy))


def test_an_unknown_user_who_likes_something_is_no_error(small_bundle):
    general = UserEncoder(small_bundle, "general")
    liked = general({"user_id": 999_999, "liked": [5001]})
    assert not close(liked, general({}))
    assert np.allclose(liked, general({"liked": [5001]}), atol=1e-3)
    assert np.allclose(liked, UserEncoder(small_bundle)({"user_id": 999_999, "liked": [5001]}), atol=1e-3)
    for nothing in ([], None, np.array([])):
        with pytest.raises(QueryError, match="user_id 999999 is not known"):
            UserEncoder(small_bundle)({"user_id": 999_999, "liked": nothing})


def test_what_is_accepted_of_a_user_includes_liked_and_disliked(small_bundle):
    with pytest.raises(
        QueryError,
        match=r"field 'shoe' is not known\..* Accepted: user_id, .*, liked, disliked, include_seen\.",
    ):
        UserEncoder(small_bundle)({"shoe": 42})


def test_of_whom_a_model_knows_something(users, small_bundle):
    known = [
        {"user_id": 10_001},
        {"user_id": "10001"},
        {"age": 25},
        {"user_id": 999_999, "gender": "F"},
        {"liked": [5001]},
        {"disliked": [5001]},
        {"feedback": [(5001, 1)]},
    ]
    unknown = [{}, {"user_id": None, "age": None}, {"liked": [], "disliked": []}, {"include_seen": True}]
    assert users.knows([*known, *unknown]).tolist() == [True] * len(known) + [False] * len(unknown)
    assert UserEncoder(small_bundle, "general").knows([{"user_id": 999_999}, {"user_id": 10_002}]).tolist() == [
        False,
        True,
    ]
    assert users.knows([]).tolist() == []
    with pytest.raises(QueryError, match="gendre"):
        users.knows([{"gendre": "F"}])


def test_a_history_of_items_that_are_not_known_says_nothing(small_config):
    config = small_config("training.epochs=1", "features.user=[{kind: history}]")
    users = UserEncoder(train(config), "general")
    assert users.knows([{"liked": [5001]}, {"liked": [999_999]}, {"liked": []}]).tolist() == [True, False, False]
    assert close(users({"liked": [999_999]}), users({}))
