"""From a user to recommendations."""

from __future__ import annotations

from itertools import chain, combinations, pairwise

import numpy as np
import pytest
from towhee import DataCollection

from towhee_recsys.bundle import ItemEncoder, UserEncoder
from towhee_recsys.config import load_config
from towhee_recsys.data.sample import SAMPLE_DIR
from towhee_recsys.errors import QueryError
from towhee_recsys.model.embeddings import normalize
from towhee_recsys.pipelines import recommend_pipeline

KEYS = ["rank", "movie_id", "title", "year", "genres", "score", "predicted_rating", "predicted_rating_std"]
PERSON = {"gender": "F", "age": 25, "occupation": 12}
KNOWN = [{}, {"user_id": 10001}, {"user_id": 10001, **PERSON}, {"user_id": 99_999, "gender": "M"}]
SUBSETS = [dict(some) for some in chain.from_iterable(combinations(PERSON.items(), size) for size in (1, 2, 3))]
USERS = [*KNOWN, *SUBSETS]


def items_for(recommend, user):
    return recommend(user).get()[0]


def ids(items):
    return [item["movie_id"] for item in items]


@pytest.mark.parametrize("user", USERS, ids=str)
def test_everybody_gets_an_answer(recommend, indexed_config, user):
    items = items_for(recommend, user)
    assert [item["rank"] for item in items] == list(range(1, indexed_config.top_k + 1))
    assert all(list(item) == KEYS for item in items)
    assert len(set(ids(items))) == len(items)
    assert all(-1.00001 <= item["score"] <= 1.00001 for item in items)
    assert all(1 <= item["predicted_rating"] <= 5 for item in items)
    for better, worse in pairwise(items):
        assert better["score"] >= worse["score"], "by the score, which may differ from the order of predicted stars"


def test_the_facts_are_those_of_the_data(recommend):
    lines = (SAMPLE_DIR / "movies.dat").read_text(encoding="latin-1").splitlines()
    facts = {int(line.split("::")[0]): line.split("::") for line in lines}
    for item in items_for(recommend, PERSON):
        _, title, genres = facts[item["movie_id"]]
        assert f"{item['title']} ({item['year']})" == title
        assert "|".join(item["genres"]) == genres


@pytest.mark.parametrize("person", [PERSON, {"user_id": 10001}], ids=str)
def test_scores_and_stars_are_the_models_for_every_item(indexed_config, sample_bundle, person):
    items = items_for(recommend_pipeline(load_config(indexed_config, top_k=1000, include_seen=True)), person)
    assert sorted(ids(items)) == list(range(5001, 5327))
    user = normalize(UserEncoder(sample_bundle)(person))
    vectors = normalize(ItemEncoder(sample_bundle)([{"movie_id": key} for key in ids(items)]))
    cosines = np.asarray(vectors, np.float64) @ np.asarray(user, np.float64)
    assert [item["score"] for item in items] == pytest.approx(cosines, abs=1e-5)
    assert sample_bundle.config.objective == "both"
    stars = sample_bundle.calibration.ratings(np.asarray(vectors, np.float64) @ np.asarray(user.rating, np.float64))
    assert [item["predicted_rating"] for item in items] == pytest.approx(stars, abs=1e-4)


def test_users_who_give_liked_items_get_a_list_of_their_own_without_them(recommend, indexed_config):
    from towhee_recsys.data import read_dataset

    facts = read_dataset(indexed_config.dataset).items.set_index("movie_id")["genres"]
    noir = [key for key, genres in facts.items() if "Film-Noir" in genres][:6]
    family = [key for key, genres in facts.items() if "Animation" in genres][:6]
    answers = recommend([{"liked": noir}, {"liked": family}, {"liked": []}, {}]).get()[0]
    assert not set(ids(answers[0])) & set(noir)
    assert not set(ids(answers[1])) & set(family)
    assert ids(answers[2]) == ids(answers[3])
    assert [len(items) for items in answers] == [indexed_config.top_k] * 4

    def share(items, genre):
        return np.mean([genre in item["genres"] for item in items])

    assert share(answers[0], "Film-Noir") > share(answers[1], "Film-Noir")
    assert share(answers[1], "Animation") > share(answers[0], "Animation")
    for liked, together in ((noir, answers[0]), (family, answers[1])):
        alone = items_for(recommend, {"liked": liked})
        assert ids(alone) == ids(together)
        assert [item["score"] for item in alone] == pytest.approx([item["score"] for item in together], abs=1e-3)


def test_different_people_get_different_lists(recommend):
    people = [PERSON, {"gender": "M", "age": 18, "occupation": 4}, {"gender": "F", "age": 56, "occupation": 13}, {}]
    assert len({tuple(ids(items_for(recommend, person))) for person in people}) == len(people)


@pytest.mark.parametrize(
    "same",
    [
        {"gender": "F", "age": "25-34", "occupation": "programmer"},
        {"gender": "female", "age": 29, "occupation": "12"},
        {"gender": "F", "age": "25", "occupation": 12, "user_id": None},
    ],
    ids=str,
)
def test_codes_and_names_are_one(recommend, same):
    assert items_for(recommend, same) == items_for(recommend, PERSON)


def test_a_list_of_users_gives_a_list_of_lists_as_one_by_one(recommend):
    together = items_for(recommend, USERS)
    assert len(together) == len(USERS)
    for user, items in zip(USERS, together, strict=True):
        alone = items_for(recommend, user)
        assert ids(items) == ids(alone)
        for name in ("score", "predicted_rating"):
            assert [item[name] for item in items] == pytest.approx([item[name] for item in alone], abs=1e-4)


def test_no_users_give_no_lists(recommend):
    assert items_for(recommend, []) == []


def test_batch_gives_an_answer_each(recommend):
    answers = recommend.batch([PERSON, {}, [PERSON, {}]])
    assert [answer.get()[0] for answer in answers[:2]] == [items_for(recommend, PERSON), items_for(recommend, {})]
    assert [ids(items) for items in answers[2].get()[0]] == [
        ids(items_for(recommend, PERSON)),
        ids(items_for(recommend, {})),
    ]


def test_a_data_collection_shows_it(recommend, capsys):
    items = items_for(recommend, PERSON)
    DataCollection(recommend(PERSON)).show()
    assert "items" in capsys.readouterr().out
    assert DataCollection(recommend(PERSON))[0]["items"] == items


@pytest.mark.parametrize("top_k", [1, 3, 326, 1000])
def test_top_k(indexed_config, top_k):
    items = items_for(recommend_pipeline(load_config(indexed_config, top_k=top_k)), {})
    assert [item["rank"] for item in items] == list(range(1, min(top_k, 326) + 1))


@pytest.mark.parametrize(
    ("user", "message"),
    [
        ({"gender": "X"}, "gender 'X'"),
        ({"gendre": "F"}, "field 'gendre' is not known. Did you mean 'gender'?"),
        ({"age": -1}, "age -1"),
        ({"user_id": 99_999}, "user_id 99999 is not known to this model."),
        ({"liked": [99_999]}, "liked: item 99999 is not known to this model. Leave it out; give ids of its items."),
        ({"liked": 5001}, "liked is a list of item ids, such as [260, 1196]; 5001 was given."),
        ([PERSON, {"occupation": "programer"}], "Did you mean 'programmer'?"),
        ("F", "'F' was given"),
        ([None], "None was given"),
    ],
)
def test_an_invalid_user_is_refused(recommend, user, message):
    with pytest.raises(QueryError) as raised:
        recommend(user)
    assert message in str(raised.value)
    assert items_for(recommend, PERSON), "the pipeline answers on"


def test_an_unknown_user_can_have_the_general_list(indexed_config, recommend):
    general = recommend_pipeline(load_config(indexed_config, unknown_user="general"))
    assert items_for(general, {"user_id": 99_999}) == items_for(recommend, {})
