"""Bulk answers are those of the recommend pipeline, whatever a request says and however the users are given."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.worked_examples import config_file, settings_in
from towhee_recsys import (
    add_feedback,
    hide_items,
    index_pipeline,
    load_config,
    recommend_all,
    recommend_pipeline,
    show_items,
    train,
)
from towhee_recsys.bundle import load_bundle
from towhee_recsys.config import Config

CLOSE = 1e-6
"""Scores that differ by less may be in another order: products are summed in another order."""


def answered(config: Config, tmp_path: Path, users: Any, suffix: str = ".parquet", **options: Any) -> pd.DataFrame:
    file = tmp_path / f"answers{suffix}"
    found = recommend_all(config, users, file, block_size=100, **options)
    frame = pd.read_parquet(file)
    assert (found.rows, found.resumed) == (len(frame), 0)
    assert not file.with_name(f"{file.name}.parts").exists()
    return frame


def must_be_those_of_the_pipeline(config: Config, frame: pd.DataFrame, requests: list[Any]) -> None:
    expected = recommend_pipeline(config)(requests).get()[0]
    assert len(frame) == sum(map(len, expected)) > 0
    rows = [item for items in expected for item in items]
    assert frame["rank"].tolist() == [item["rank"] for item in rows]
    np.testing.assert_allclose(frame["score"], [item["score"] for item in rows], atol=1e-5)
    ids, scores = np.array([item["movie_id"] for item in rows]), np.array([item["score"] for item in rows])
    for row in np.flatnonzero(frame["movie_id"].to_numpy() != ids):
        assert min(abs(scores[row] - scores[other]) for other in (row - 1, (row + 1) % len(scores))) < CLOSE
    same = frame["movie_id"].to_numpy() == ids
    assert same.mean() > 0.99
    for column in ("predicted_rating", "predicted_rating_std"):
        assert (column in frame) == (column in rows[0])
        if column in frame:
            np.testing.assert_allclose(frame[column][same], np.array([item[column] for item in rows])[same], atol=1e-4)


def users_of(config: Config) -> list[dict[str, Any]]:
    return [{"user_id": int(key)} for key in load_bundle(config.model.dir).known_ids("user")]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"top_k": 25, "offset": 3},
        {"filter": {"year": {"gte": 1990}}, "exclude": [5001, 5002, 5003]},
        {"include_seen": True},
        {"only": list(range(5001, 5040))},
        {"diversity": 0.4},
        {"filter": {"year": {"gte": 3000}}},
    ],
    ids=str,
)
def test_all_users_get_what_the_pipeline_recommends(indexed_config, tmp_path, options):
    frame = answered(indexed_config, tmp_path, "all", **options)
    if "3000" in str(options):
        assert frame.empty
        return
    requests = [{"user": user, **options} for user in users_of(indexed_config)]
    assert len(requests) == 600
    must_be_those_of_the_pipeline(indexed_config, frame, requests)


def test_uncertain_items_are_left_out_and_deviations_are_given(sure_config, tmp_path):
    frame = answered(sure_config, tmp_path, "all", max_std=0.8)
    assert "predicted_rating_std" in frame
    must_be_those_of_the_pipeline(
        sure_config, frame, [{"user": user, "max_std": 0.8} for user in users_of(sure_config)]
    )


@pytest.mark.parametrize("unknown_user", ["general"])
def test_described_new_and_unknown_users_are_answered_too(indexed_config, tmp_path, unknown_user):
    config = load_config(indexed_config, unknown_user=unknown_user)
    users = [
        {"user_id": 10001},
        {"user_id": 10002, "liked": [5001, 5005], "disliked": [5007]},
        {"user_id": 10003, "include_seen": True},
        {"user_id": 1, "gender": "F", "age": 25},
        {"user_id": 2},
        {"user_id": 3, "liked": [5010]},
    ]
    frame = answered(config, tmp_path, pd.DataFrame(users))
    assert frame["user_id"].drop_duplicates().tolist() == [user["user_id"] for user in users]
    must_be_those_of_the_pipeline(config, frame, users)


def test_events_since_the_training_and_hidden_items_count(indexed_config, tmp_path):
    config = load_config(indexed_config, feedback=f"sqlite:///{tmp_path / 'feedback.sqlite'}")
    before = answered(config, tmp_path, "all")
    popular = before["movie_id"].value_counts().index[:3].tolist()
    hide_items(config, popular[:2])
    try:
        add_feedback(config, [{"user_id": 10001, "movie_id": popular[2], "rating": 5}])
        frame = answered(config, tmp_path, "all")
        assert not set(popular[:2]) & set(frame["movie_id"])
        assert popular[2] not in frame.loc[frame["user_id"] == 10001, "movie_id"].tolist()
        must_be_those_of_the_pipeline(config, frame, users_of(config))
    finally:
        show_items(config, popular[:2])


def test_files_of_users_and_of_answers_have_several_formats(indexed_config, tmp_path):
    known = [10001, 10002, 10003]
    expected = answered(indexed_config, tmp_path, pd.DataFrame({"user_id": known}))
    (tmp_path / "users.csv").write_text("user_id,gender,age\n10001,,\n10002,,\n10003,,\n", encoding="utf-8")
    (tmp_path / "users.jsonl").write_text("".join(json.dumps({"user_id": each}) + "\n" for each in known))
    pd.DataFrame({"user_id": known}).to_parquet(tmp_path / "users.parquet")
    for name in ("users.csv", "users.jsonl", "users.parquet"):
        pd.testing.assert_frame_equal(answered(indexed_config, tmp_path, tmp_path / name), expected)
    recommend_all(indexed_config, tmp_path / "users.csv", tmp_path / "answers.csv")
    recommend_all(indexed_config, tmp_path / "users.csv", tmp_path / "answers.jsonl")
    read = pd.read_csv(tmp_path / "answers.csv"), pd.read_json(tmp_path / "answers.jsonl", lines=True)
    for frame in read:
        pd.testing.assert_frame_equal(frame, expected, check_dtype=False, atol=1e-5)


def test_columns_of_users_in_text_are_read_as_the_model_reads_them(indexed_config, tmp_path):
    config = load_config(indexed_config, unknown_user="general")
    (tmp_path / "users.tsv").write_text("gender\tage\tuser_id\nF\t25\t1\nM\t\t2\n", encoding="utf-8")
    frame = answered(config, tmp_path, tmp_path / "users.tsv")
    must_be_those_of_the_pipeline(
        config, frame, [{"user_id": 1, "gender": "F", "age": 25}, {"user_id": 2, "gender": "M"}]
    )


def test_new_users_alone_of_items_with_texts_as_ids(tmp_path):
    settings = [*settings_in("shop", tmp_path), "training.epochs=1"]
    config = load_config(config_file("shop"), overrides=settings)
    train(config)
    index_pipeline(config)()
    users = pd.DataFrame({"customer_id": ["new"], "country": ["FR"], "liked": [["TEA-001"]]})
    frame = answered(config, tmp_path, users, top_k=150)
    assert len(frame) == 149
    assert "TEA-001" not in [*frame["sku"]]
