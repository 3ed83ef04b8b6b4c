"""A user of whom the model knows nothing gets the most popular items."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest

from towhee_recsys import delete_items, index_pipeline, load_bundle, load_config, recommend_pipeline, train
from towhee_recsys.bundle import ItemEncoder, UserEncoder
from towhee_recsys.data import read_dataset
from towhee_recsys.evaluation.baselines.popular import popular
from towhee_recsys.evaluation.scorer import ModelScorer
from towhee_recsys.model.embeddings import normalize
from towhee_recsys.operators import PopularItems
from towhee_recsys.stores.history import open_history
from towhee_recsys.stores.vectors import index_of
from towhee_recsys.training.training_split import task_of


def ids(items: Sequence[dict[str, Any]], column: str = "movie_id") -> list[Any]:
    return [item[column] for item in items]


def popularity_of(config: Any) -> dict[Any, float]:
    """The popularity of each item as the baseline of the same name has it."""
    dataset = read_dataset(config.dataset)
    return dict(zip(dataset.item_ids.tolist(), popular(task_of(config, dataset)).tolist(), strict=True))


@pytest.mark.parametrize("nobody", [{}, {"gender": None}, {"liked": []}, {"include_seen": True}], ids=str)
def test_they_are_those_of_the_baseline_and_the_scores_are_relative(recommend, indexed_config, nobody):
    popularity = popularity_of(indexed_config)
    items = recommend(nobody).get()[0]
    found = [popularity[key] for key in ids(items)]
    assert found == sorted(popularity.values(), reverse=True)[: len(items)]
    assert ids(items) == ids(recommend({}).get()[0])
    assert [item["score"] for item in items] == pytest.approx(np.array(found) / max(found))


def test_predicted_ratings_are_the_models(recommend, sample_bundle):
    items = recommend({}).get()[0]
    user = normalize(UserEncoder(sample_bundle)({}))
    vectors = np.asarray(normalize(ItemEncoder(sample_bundle)([{"movie_id": key} for key in ids(items)])))
    stars = sample_bundle.calibration.ratings(vectors @ np.asarray(user.rating))
    assert [item["predicted_rating"] for item in items] == pytest.approx(stars, abs=1e-4)


def test_an_unknown_user_who_has_seen_items_does_not_get_them(recommend, indexed_config, tmp_path):
    """The history may have a user whom the model does not know."""
    first, second = ids(recommend({}).get()[0])[:2]
    own = f"sqlite:///{tmp_path / 'history.sqlite'}"
    open_history(own).write([(424242, [first])], index_of(indexed_config.milvus).live().build)
    general = recommend_pipeline(load_config(indexed_config, unknown_user="general", history=own))
    assert ids(general({"user_id": 424242}).get()[0])[0] == second
    assert ids(general({"user_id": 424242, "include_seen": True}).get()[0])[0] == first


def test_a_list_of_users_is_answered_as_one_by_one(recommend):
    users = [{"user_id": 10001}, {}, {"gender": "F"}, {}, {"liked": [5001]}]
    together = recommend(users).get()[0]
    assert [ids(items) for items in together] == [ids(recommend(user).get()[0]) for user in users]


SONGS = [f"s{number}" for number in range(12)]
DAY = 86_400


def plays() -> pd.DataFrame:
    """s0 is played by all long ago, s1 by half of them now; s2 is skipped by all, and s3 once played, then skipped."""
    random, rows = np.random.default_rng(3), []
    for user in range(40):
        rows += [(f"u{user}", "s0", "play", 0), (f"u{user}", "s2", "skip", 100 * DAY)]
        rows += [(f"u{user}", "s3", "play", 99 * DAY), (f"u{user}", "s3", "skip", 100 * DAY)]
        rows += [(f"u{user}", "s1", "play", 100 * DAY)] * (user % 2)
        rows += [(f"u{user}", SONGS[song], "play", 50 * DAY) for song in random.choice(range(4, 11), 3, replace=False)]
    rows += [("only-skips", song, "skip", 50 * DAY) for song in SONGS[4:8]]
    return pd.DataFrame(rows, columns=["user", "song", "what", "at"])


@pytest.fixture(scope="module", params=[None, "10d", "1d"], ids=["no decay", "decay", "fast decay"])
def songs(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("songs")
    columns = {"user": "user", "item": "song", "time": "at", "event": "what", "weights": {"play": 1.0, "skip": -1.0}}
    config = load_config(
        dataset={"name": "songs", "interactions": columns | ({"half_life": request.param} if request.param else {})},
        model={"dir": str(folder / "model"), "embedding_size": 8},
        milvus={"uri": str(folder / "songs.db")},
        catalogue=f"sqlite:///{folder / 'songs.sqlite'}",
        training={"epochs": 2, "batch_size": 16, "validation": 0.1, "device": "cpu"},
        top_k=3,
        tables={"interactions": plays(), "items": pd.DataFrame({"song": SONGS})},
    )
    train(config)
    index_pipeline(config)()
    return config


def test_what_is_popular_now_comes_first_where_weights_decay(songs):
    items = ids(recommend_pipeline(songs)({}).get()[0], "song")
    assert items[0] == ("s1" if songs.dataset.feedback.half_life else "s0")
    popularity = popularity_of(songs)
    assert popularity["s2"] == popularity["s3"] == 0, "what is skipped as often as it is played is liked by nobody"
    assert [popularity[key] for key in items] == sorted(popularity.values(), reverse=True)[:3]


def test_a_list_goes_on_with_items_that_nobody_likes(songs):
    everything = recommend_pipeline(load_config(songs, top_k=20))({}).get()[0]
    popularity = popularity_of(songs)
    assert sorted(ids(everything, "song")) == sorted(SONGS)
    assert [popularity[key] > 0 for key in ids(everything, "song")] == [item["score"] > 0 for item in everything]
    assert all(one["score"] >= other["score"] for one, other in pairwise(everything))
    assert everything[-1]["score"] == 0


def test_skipped_items_count_as_seen(songs):
    index = index_of(songs.milvus)
    [seen] = open_history(songs.history_url).get(["u0"], index.live().build)
    assert {"s2", "s3"} <= set(seen)


def test_a_user_who_only_skips_gets_what_is_popular_without_what_was_skipped(songs):
    everything = recommend_pipeline(load_config(songs, top_k=20))
    nobody, skipper = everything([{}, {"user": "only-skips"}]).get()[0]
    assert ids(skipper, "song") == [key for key in ids(nobody, "song") if key not in SONGS[4:8]]


def test_evaluation_measures_the_same_lists(songs):
    """Of users that are known by nothing, the model's lists are those of the popularity baseline."""
    dataset = read_dataset(songs.dataset)
    task = task_of(load_config(songs, protocol="cold-users"), dataset)
    question = task.questions[0]
    assert question.name == ""
    scores = ModelScorer(load_bundle(songs.model.dir), dataset).score(question)
    expected = popularity_of(songs)
    best = [dataset.item_ids[row] for row in np.argsort(-scores[0], kind="stable")[:3]]
    assert [expected[key] for key in best] == sorted(expected.values(), reverse=True)[:3]
    assert (scores == scores[0]).all()
    everything = recommend_pipeline(load_config(songs, top_k=20))({}).get()[0]
    assert dataset.item_ids[np.argsort(-scores[0], kind="stable")].tolist() == ids(everything, "song")


def test_items_that_the_index_has_no_more_are_replaced(songs):
    recommend = recommend_pipeline(songs)
    before = ids(recommend_pipeline(load_config(songs, top_k=20))({}).get()[0], "song")
    delete_items(songs, before[:2])
    assert ids(recommend({}).get()[0], "song") == before[2:5]
    milvus = songs.milvus
    operator = PopularItems(songs.model.dir, milvus.uri, milvus.collection, top_k=2)
    vector = normalize(UserEncoder(load_bundle(songs.model.dir))({}))
    assert [hit.id for hit in operator({}, vector, [before[2]], [])] == before[3:5]
