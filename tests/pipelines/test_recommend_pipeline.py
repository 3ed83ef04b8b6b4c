"""From a user to recommendations."""

from __future__ import annotations

from itertools import chain, combinations, pairwise

import numpy as np
import pytest
from towhee import DataCollection

from towhee_recsys.bundle import MovieEncoder, UserEncoder
from towhee_recsys.config import load_config
from towhee_recsys.data.sample import SAMPLE_DIR
from towhee_recsys.errors import QueryError
from towhee_recsys.model.vectors import normalize
from towhee_recsys.pipelines import recommend_pipeline

KEYS = ["rank", "movie_id", "title", "year", "genres", "score", "predicted_rating"]
PERSON = {"gender": "F", "age": 25, "occupation": 12}
KNOWN = [{}, {"user_id": 10001}, {"user_id": 10001, **PERSON}, {"user_id": 99_999, "gender": "M"}]
SUBSETS = [dict(some) for some in chain.from_iterable(combinations(PERSON.items(), size) for size in (1, 2, 3))]
USERS = [*KNOWN, *SUBSETS]


def movies_for(recommend, user):
    return recommend(user).get()[0]


def ids(movies):
    return [movie["movie_id"] for movie in movies]


@pytest.mark.parametrize("user", USERS, ids=str)
def test_everybody_gets_an_answer(recommend, indexed_config, user):
    movies = movies_for(recommend, user)
    assert [movie["rank"] for movie in movies] == list(range(1, indexed_config.top_k + 1))
    assert all(list(movie) == KEYS for movie in movies)
    assert len(set(ids(movies))) == len(movies)
    assert all(-1.00001 <= movie["score"] <= 1.00001 for movie in movies)
    assert all(1 <= movie["predicted_rating"] <= 5 for movie in movies)
    for better, worse in pairwise(movies):
        assert better["score"] >= worse["score"], "by the score, which may differ from the order of predicted stars"


def test_the_facts_are_those_of_the_data(recommend):
    lines = (SAMPLE_DIR / "movies.dat").read_text(encoding="latin-1").splitlines()
    facts = {int(line.split("::")[0]): line.split("::") for line in lines}
    for movie in movies_for(recommend, PERSON):
        _, title, genres = facts[movie["movie_id"]]
        assert f"{movie['title']} ({movie['year']})" == title
        assert "|".join(movie["genres"]) == genres


@pytest.mark.parametrize("person", [PERSON, {"user_id": 10001}, {}], ids=str)
def test_scores_and_stars_are_the_models_for_every_movie(indexed_config, sample_bundle, person):
    movies = movies_for(recommend_pipeline(load_config(indexed_config, top_k=1000)), person)
    assert sorted(ids(movies)) == list(range(5001, 5327))
    user = normalize(UserEncoder(sample_bundle)(person))
    vectors = normalize(MovieEncoder(sample_bundle)([{"movie_id": key} for key in ids(movies)]))
    cosines = np.asarray(vectors, np.float64) @ np.asarray(user, np.float64)
    assert [movie["score"] for movie in movies] == pytest.approx(cosines, abs=1e-5)
    assert sample_bundle.config.objective == "both"
    stars = sample_bundle.calibration.stars(np.asarray(vectors, np.float64) @ np.asarray(user.rating, np.float64))
    assert [movie["predicted_rating"] for movie in movies] == pytest.approx(stars, abs=1e-4)


def test_who_tells_what_is_liked_gets_a_list_of_their_own_without_it(recommend, indexed_config):
    from towhee_recsys.data import read_dataset

    facts = read_dataset(indexed_config.dataset).movies.set_index("movie_id")["genres"]
    noir = [key for key, genres in facts.items() if "Film-Noir" in genres][:6]
    family = [key for key, genres in facts.items() if "Animation" in genres][:6]
    answers = recommend([{"liked": noir}, {"liked": family}, {"liked": []}, {}]).get()[0]
    assert not set(ids(answers[0])) & set(noir)
    assert not set(ids(answers[1])) & set(family)
    assert ids(answers[2]) == ids(answers[3])
    assert [len(movies) for movies in answers] == [indexed_config.top_k] * 4

    def share(movies, genre):
        return np.mean([genre in movie["genres"] for movie in movies])

    assert share(answers[0], "Film-Noir") > share(answers[1], "Film-Noir")
    assert share(answers[1], "Animation") > share(answers[0], "Animation")
    for liked, together in ((noir, answers[0]), (family, answers[1])):
        alone = movies_for(recommend, {"liked": liked})
        assert ids(alone) == ids(together)
        assert [movie["score"] for movie in alone] == pytest.approx([movie["score"] for movie in together], abs=1e-3)


def test_different_people_get_different_lists(recommend):
    people = [PERSON, {"gender": "M", "age": 18, "occupation": 4}, {"gender": "F", "age": 56, "occupation": 13}, {}]
    assert len({tuple(ids(movies_for(recommend, person))) for person in people}) == len(people)


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
    assert movies_for(recommend, same) == movies_for(recommend, PERSON)


def test_a_list_of_users_gives_a_list_of_lists_as_one_by_one(recommend):
    together = movies_for(recommend, USERS)
    assert len(together) == len(USERS)
    for user, movies in zip(USERS, together, strict=True):
        alone = movies_for(recommend, user)
        assert ids(movies) == ids(alone)
        for name in ("score", "predicted_rating"):
            assert [movie[name] for movie in movies] == pytest.approx([movie[name] for movie in alone], abs=1e-4)


def test_no_users_give_no_lists(recommend):
    assert movies_for(recommend, []) == []


def test_batch_gives_an_answer_each(recommend):
    answers = recommend.batch([PERSON, {}, [PERSON, {}]])
    assert [answer.get()[0] for answer in answers[:2]] == [movies_for(recommend, PERSON), movies_for(recommend, {})]
    assert [ids(movies) for movies in answers[2].get()[0]] == [
        ids(movies_for(recommend, PERSON)),
        ids(movies_for(recommend, {})),
    ]


def test_a_data_collection_shows_it(recommend, capsys):
    movies = movies_for(recommend, PERSON)
    DataCollection(recommend(PERSON)).show()
    assert "movies" in capsys.readouterr().out
    assert DataCollection(recommend(PERSON))[0]["movies"] == movies


@pytest.mark.parametrize("top_k", [1, 3, 326, 1000])
def test_top_k(indexed_config, top_k):
    movies = movies_for(recommend_pipeline(load_config(indexed_config, top_k=top_k)), {})
    assert [movie["rank"] for movie in movies] == list(range(1, min(top_k, 326) + 1))


@pytest.mark.parametrize(
    ("user", "message"),
    [
        ({"gender": "X"}, "gender 'X'"),
        ({"gendre": "F"}, "field 'gendre' is not known. Did you mean 'gender'?"),
        ({"age": -1}, "age -1"),
        ({"user_id": 99_999}, "user_id 99999 is not known to this model."),
        ({"liked": [99_999]}, "liked: movie 99999 is not known to this model. Leave it out; give ids of its movies."),
        ({"liked": 5001}, "liked is a list of movie ids, such as [260, 1196]; 5001 was given."),
        ([PERSON, {"occupation": "programer"}], "Did you mean 'programmer'?"),
        ("F", "'F' was given"),
        ([None], "None was given"),
    ],
)
def test_a_wrong_user_is_told_so(recommend, user, message):
    with pytest.raises(QueryError) as raised:
        recommend(user)
    assert message in str(raised.value)
    assert movies_for(recommend, PERSON), "the pipeline answers on"


def test_an_unknown_user_can_have_the_general_list(indexed_config, recommend):
    general = recommend_pipeline(load_config(indexed_config, unknown_user="general"))
    assert movies_for(general, {"user_id": 99_999}) == movies_for(recommend, {})
