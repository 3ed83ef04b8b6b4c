"""Events that the next model has learned from do not count twice, while they stay in the feedback."""

from __future__ import annotations

import shutil

import pytest

from towhee_recsys import add_feedback, exported_feedback, index_pipeline, load_config, recommend_pipeline, train

USER, NEW = 10_001, 10_999
CHOSEN = (5001, 5002, 5003)


@pytest.fixture
def own(small_config, small_data, tmp_path):
    """A config with data of its own, trained and indexed, and with events of a known and of a new user."""
    data = shutil.copytree(small_data, tmp_path / "data")
    stores = {"milvus.uri": str(tmp_path / "own.db"), "catalogue": f"sqlite:///{tmp_path / 'own.sqlite'}"}
    config = load_config(small_config(), **{"dataset.path": str(data)}, **stores, top_k=400, unknown_user="general")
    train(config)
    index_pipeline(config)()
    add_feedback(config, [rated(user, item) for user in (USER, NEW) for item in CHOSEN])
    return config


def rated(user, item, rating=5):
    return {"user_id": user, "movie_id": item, "rating": rating}


def export(config, data):
    """Adds the exported events, and the new user, to the data."""
    with (data / "ratings.dat").open("a") as file:
        for event in exported_feedback(config):
            file.write("::".join(map(str, event.values())) + "\n")
    first = (data / "users.dat").read_text().splitlines()[0]
    with (data / "users.dat").open("a") as file:
        file.write(first.replace(str(USER), str(NEW), 1) + "\n")


def scores(config, user):
    return {item["movie_id"]: item["score"] for item in recommend_pipeline(config)({"user_id": user}).get()[0]}


def test_what_the_next_model_has_learned_from_does_not_move_a_user_again(own, tmp_path):
    without = load_config(own, feedback=f"sqlite:///{tmp_path / 'empty.sqlite'}")
    export(own, tmp_path / "data")
    index_pipeline(own)()
    assert scores(own, NEW) != scores(without, NEW), "the model does not know the user yet"
    train(own)
    index_pipeline(own)()
    for user in (USER, NEW):
        assert scores(own, user) == scores(without, user)
        assert not set(CHOSEN) & set(scores(own, user))
    add_feedback(own, rated(USER, CHOSEN[0], 1))  # another opinion of an item that the model knows
    assert scores(own, USER) != scores(without, USER)
    assert scores(own, NEW) == scores(without, NEW)


def test_what_was_not_exported_still_counts(own, tmp_path):
    without = load_config(own, feedback=f"sqlite:///{tmp_path / 'empty.sqlite'}")
    train(load_config(own, seed=5))
    index_pipeline(own)()
    for user in (USER, NEW):
        assert scores(own, user).keys() == scores(without, user).keys() - set(CHOSEN)
        assert scores(own, user) != {key: score for key, score in scores(without, user).items() if key not in CHOSEN}
