"""Users from a data frame, recommendations in a data frame; and a recommender of data frames from end to end."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from towhee_recsys import evaluate, index_pipeline, load_config, recommend_frame, recommend_pipeline, train
from towhee_recsys.errors import ConfigError, IndexMismatchError, QueryError
from towhee_recsys.pipelines import frames

COLUMNS = ["rank", "movie_id", "title", "year", "genres", "score", "predicted_rating", "predicted_rating_std"]
USERS = pd.DataFrame(
    {
        "age": [25, np.nan, None, 56],
        "gender": pd.array(["F", pd.NA, "M", None], dtype="string"),
        "user_id": [np.nan, 10001, 10002, np.nan],
        "liked": [[5139, 5142], None, None, [5001]],
        "include_seen": [None, True, None, False],
    },
    index=["ann", "bob", "bob", "cid"],
)
RECORDS = [
    {"age": 25, "gender": "F", "liked": [5139, 5142]},
    {"user_id": 10001, "include_seen": True},
    {"gender": "M", "user_id": 10002},
    {"age": 56, "liked": [5001]},
]


@pytest.mark.parametrize("block", [1000, 3])
def test_each_row_gets_the_recommendations_of_its_record(indexed_config, recommend, block, monkeypatch):
    monkeypatch.setattr(frames, "BLOCK", block)
    found = recommend_frame(indexed_config, USERS, top_k=3)
    assert list(found.columns) == ["user_id", *COLUMNS]
    assert found.index.tolist() == ["ann"] * 3 + ["bob"] * 6 + ["cid"] * 3
    assert found["rank"].tolist() == [1, 2, 3] * 4
    expected = [item for items in recommend(RECORDS).get()[0] for item in items[:3]]
    assert found["movie_id"].tolist() == [item["movie_id"] for item in expected]
    assert found["genres"].tolist() == [item["genres"] for item in expected]
    assert found["score"].to_numpy() == pytest.approx([item["score"] for item in expected], abs=1e-5)
    stds = [item["predicted_rating_std"] for item in expected]
    assert found["predicted_rating_std"].to_numpy() == pytest.approx(stds)
    assert found["predicted_rating"].to_numpy() == pytest.approx([i["predicted_rating"] for i in expected], abs=1e-3)
    assert found["user_id"].iloc[[3, 8]].tolist() == [10001, 10002]
    assert found["user_id"].iloc[[0, 11]].isna().all()


def test_options_are_those_of_requests(indexed_config, recommend):
    options = {"offset": 1, "filter": {"year": {"lte": 2000}}, "exclude": [5001], "diversity": 0.2, "explain": True}
    found = recommend_frame(indexed_config, USERS, top_k=3, **options)
    expected = recommend([{"user": user, "top_k": 3, **options} for user in RECORDS]).get()[0]
    assert list(found.columns) == ["user_id", *COLUMNS, "reasons"]
    assert found["movie_id"].tolist() == [item["movie_id"] for items in expected for item in items]
    assert found["rank"].tolist() == [2, 3, 4] * 4
    assert all(found["reasons"])
    with pytest.raises(QueryError, match=r"offset: given -1"):
        recommend_frame(indexed_config, USERS, offset=-1)
    with pytest.raises(QueryError, match=r"filter\.year\.gte: "):
        recommend_frame(indexed_config, USERS, filter={"year": {"gte": "x"}})
    with pytest.raises(QueryError, match="'ofset' is not known"):
        recommend_frame(indexed_config, USERS, ofset=1)


def test_a_frame_without_ids_joins_by_its_index(indexed_config):
    users = pd.DataFrame({"age": [25, 56]}, index=pd.MultiIndex.from_tuples([("a", 1), ("b", 2)]))
    found = recommend_frame(indexed_config, users, top_k=2)
    assert list(found.columns) == COLUMNS
    assert found.join(users)["age"].tolist() == [25, 25, 56, 56]


@pytest.mark.parametrize("users", [pd.DataFrame(), pd.DataFrame({"user_id": []}), USERS[:0]], ids=["bare", "id", "all"])
def test_no_users_give_no_rows_with_the_columns(indexed_config, users):
    found = recommend_frame(indexed_config, users)
    assert len(found) == 0
    assert list(found.columns) == (["user_id"] if "user_id" in users else []) + COLUMNS
    figures = ["rank", "score", "predicted_rating", "predicted_rating_std"]
    assert found.dtypes[figures].astype(str).tolist() == ["int64", "float64", "float64", "float64"]


def test_rows_without_values_get_the_most_popular_items(indexed_config, recommend):
    for users in (pd.DataFrame(index=[7, 8]), pd.DataFrame({"age": [None, None]}, index=[7, 8])):
        found = recommend_frame(indexed_config, users)
        assert found.loc[8, "movie_id"].tolist() == [item["movie_id"] for item in recommend({}).get()[0]]


@pytest.mark.parametrize(
    ("users", "facts"),
    [
        ([{"age": 25}], ["users: given a list", "accepted: a pandas.DataFrame with columns of user_id, gender"]),
        (pd.DataFrame({"gendre": []}), ["'gendre' is not known", "Did you mean 'gender'?", "liked, include_seen"]),
        (pd.DataFrame({1: [2]}), ["column 1 is not known", "Leave it out"]),
        (pd.DataFrame([[1, 2]], columns=["age", "age"]), ["the column 'age' is there twice"]),
        (pd.DataFrame({"gender": ["F", "X"]}, index=["a", "b"]), ["users, row 'b': gender 'X'", "F (female)"]),
        (pd.DataFrame({"user_id": [10001, 99]}), ["users, row 1: user_id 99 is not known to this model"]),
        (pd.DataFrame({"liked": ["5001"]}), ["users, row 0: liked is a list of item ids", "'5001' was given"]),
        (pd.DataFrame({"include_seen": [1.5]}), ["users, row 0: include_seen: given 1.5, accepted: true or false"]),
    ],
    ids=["list", "column", "number", "twice", "value", "unknown id", "liked", "include_seen"],
)
def test_what_is_refused(indexed_config, users, facts):
    with pytest.raises(QueryError) as caught:
        recommend_frame(indexed_config, users)
    assert [fact for fact in facts if fact not in str(caught.value)] == [], caught.value


def test_settings_are_checked(indexed_config, tmp_path):
    with pytest.raises(ConfigError, match="top_k: given 0"):
        recommend_frame(indexed_config, USERS, top_k=0)
    with pytest.raises(IndexMismatchError):
        recommend_frame(load_config(indexed_config, milvus={"uri": f"memory://{tmp_path}"}), USERS)


def test_a_model_that_is_published_during_the_call_changes_nothing(small_config, tmp_path, monkeypatch):
    stores = {"milvus": {"uri": str(tmp_path / "items.db")}, "catalogue": f"sqlite:///{tmp_path / 'items.sqlite'}"}
    config = load_config(small_config("training.epochs=1"), **stores)
    first = train(config).model_id
    index_pipeline(config)()
    load_pipeline, load_bundle, used = frames.load_pipeline, frames.load_bundle, []

    def publishing(*args):
        pipeline = load_pipeline(*args)
        train(load_config(config, seed=7))
        index_pipeline(config)()
        return pipeline

    def noting(folder):
        used.append(load_bundle(folder).model_id)
        return load_bundle(folder)

    monkeypatch.setattr(frames, "load_pipeline", publishing)
    monkeypatch.setattr(frames, "load_bundle", noting)
    assert len(recommend_frame(config, pd.DataFrame({"user_id": [10001]}), top_k=2)) == 2
    assert used == [first]


def test_from_frames_to_a_frame(tmp_path):
    """Frames go through training, indexing, evaluation and recommending; both tables call their id the same."""
    random = np.random.default_rng(0)
    users = pd.DataFrame({"id": [f"u{number}" for number in range(40)], "country": ["DE", "FR"] * 20})
    items = pd.DataFrame({"id": range(30), "name": "A product", "price": [1.5, None, 3.0] * 10})
    pairs = [(user, item) for user in users["id"] for item in random.choice(30, 8, replace=False)]
    orders = pd.DataFrame(pairs, columns=["user", "item"]).assign(stars=random.integers(1, 6, 320))
    config = load_config(
        dataset={
            "users": {"id": "id"},
            "items": {"id": "id", "title": "name", "show": ["price"]},
            "interactions": {"user": "user", "item": "item", "rating": "stars", "scale": [1, 5]},
        },
        features={"user": [{"kind": "id", "column": "id"}, {"kind": "category", "column": "country"}]},
        tables={"users": users, "items": items, "interactions": orders},
        model={"dir": str(tmp_path / "model"), "embedding_size": 8},
        training={"epochs": 2, "device": "cpu"},
        milvus={"uri": f"memory://{tmp_path.name}"},
        catalogue=f"sqlite:///{tmp_path / 'items.sqlite'}",
    )
    train(config)
    index_pipeline(config)()
    assert evaluate(config)["metrics"]["rmse"] > 0
    found = recommend_frame(config, users[["id"]], top_k=4)
    assert list(found.columns) == ["user_id", "rank", "id", "name", "price", *COLUMNS[-3:]]
    assert found["user_id"].tolist() == users["id"].repeat(4).tolist()
    [one] = recommend_pipeline(config)({"id": "u3"}).get()
    assert found.loc[3, "id"].tolist() == [item["id"] for item in one[:4]]
    assert not set(found.loc[3, "id"]) & set(orders[orders["user"] == "u3"]["item"])
