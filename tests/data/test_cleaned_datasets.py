"""What a declared cleaning makes of a dataset, whichever reader reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.declarations import schema
from towhee_recsys.data import Dataset, interactions_frame, read_dataset
from towhee_recsys.errors import DatasetError

EVENTS = [
    ("u1", "A", "play", 100),
    ("u1", "B", "play", 200),
    ("u1", "A", "skip", 300),
    ("u1", "A", "skip", 400),
    ("u2", "A", "play", 500),
    ("u2", "C", "look", 600),
    ("u2", "B", "skip", 700),
    ("u2", "A", "play", 800),
    ("u3", "D", "play", 900),
]
WEIGHTS = {"play": 1.0, "skip": -0.5, "look": 0.0}


def events(**cleaning: Any) -> Dataset:
    table = pd.DataFrame(EVENTS, columns=["user", "item", "what", "at"])
    declared = {"user": "user", "item": "item", "event": "what", "weights": WEIGHTS, "time": "at", **cleaning}
    return read_dataset(schema(name="songs", strict=True, interactions=declared, tables={"interactions": table}))


def pairs(dataset: Dataset) -> list[tuple[Any, ...]]:
    return list(interactions_frame(dataset).itertuples(index=False, name=None))


def test_events_are_added_up_and_nothing_counts_as_removed():
    dataset = events()
    assert pairs(dataset) == [
        ("u1", "A", 0, 400),
        ("u1", "B", 1, 200),
        ("u2", "A", 2, 800),
        ("u2", "B", -0.5, 700),
        ("u3", "D", 1, 900),
    ]
    assert not dataset.removed
    assert dataset.item_ids.tolist() == ["A", "B", "D"], "an item with no other weight than 0 is left out"


def test_intervals_come_before_duplicates():
    dataset = events(between={"time": [150, None]}, duplicates="first")
    assert pairs(dataset)[:2] == [("u1", "B", 1, 200), ("u1", "A", -0.5, 300)], "the first of those that are kept"
    assert dataset.removed == {"between.time": 1, "duplicates": 2}


def test_each_rule_reports_what_it_removed():
    dataset = events(between={"time": [None, 800]}, duplicates="last", min_interactions={"user": 2, "item": 2})
    assert pairs(dataset) == [("u1", "A", -0.5, 400), ("u1", "B", 1, 200), ("u2", "A", 1, 800), ("u2", "B", -0.5, 700)]
    assert dataset.removed == {"between.time": 1, "duplicates": 3}
    assert events(between={"value": [0, 9]}).removed == {"between.value": 3}
    assert events(min_interactions={"item": 2}).removed == {"min_interactions": 1}


def test_users_and_items_keep_their_rows():
    dataset = events(min_interactions={"item": 2})
    assert dataset.user_ids.tolist() == ["u1", "u2", "u3"]
    assert dataset.item_ids.tolist() == ["A", "B", "D"]


def test_a_sum_has_what_is_left_at_the_time_of_the_last_event():
    assert pairs(events(half_life="100s", between={"value": [0, None]}))[2] == ("u2", "A", 1.125, 800)


def test_nothing_left_is_an_error_that_says_which_rule_removed_how_many():
    with pytest.raises(DatasetError) as raised:
        events(between={"value": [0.5, None]}, min_interactions={"user": 3})
    for fact in ("8 interactions", "songs", "between.value removed 3", "min_interactions removed 4", "Widen"):
        assert fact in str(raised.value)


RATINGS = "user,item,stars,at\n1,1,5,30\n1,2,3,20\n1,1,2,10\n2,1,4,40\n"


def ratings(folder: Path, **cleaning: Any) -> Dataset:
    (folder / "ratings.csv").write_text(RATINGS)
    declared = {"path": "ratings.csv", "user": "user", "item": "item", "rating": "stars", "scale": [1, 5], "time": "at"}
    return read_dataset(schema(name="x", path=str(folder), strict=True, interactions={**declared, **cleaning}))


@pytest.mark.parametrize(("rule", "rating", "time"), [("first", 2, 10), ("last", 5, 30), ("mean", 3.5, 30)])
def test_of_several_ratings_of_a_pair_the_rule_makes_one(tmp_path, rule, rating, time):
    dataset = ratings(tmp_path, duplicates=rule)
    assert pairs(dataset) == [(1, 1, rating, time), (1, 2, 3, 20), (2, 1, 4, 40)]
    assert dataset.removed == {"duplicates": 1}


@pytest.mark.parametrize("rule", [{}, {"duplicates": "error"}])
def test_several_ratings_of_a_pair_are_refused_by_default(tmp_path, rule):
    with pytest.raises(DatasetError, match=r"ratings.csv:4.*duplicate rating") as raised:
        ratings(tmp_path, **rule)
    assert "dataset.interactions.duplicates" in str(raised.value)


@pytest.mark.parametrize("half_stars", [False, True], ids=["fast", "line by line"])
def test_movielens_is_cleaned_as_well(tmp_path, half_stars):
    (tmp_path / "movies.dat").write_text("1::One (1990)::Drama\n2::Two (1991)::Drama\n")
    (tmp_path / "users.dat").write_text("1::F::25::12::1\n2::M::35::7::2\n")
    (tmp_path / "ratings.dat").write_text(f"1::1::5::30\n1::2::3::20\n1::1::2::10\n2::1::4{'.5' * half_stars}::40\n")

    def read(**cleaning: Any) -> Dataset:
        return read_dataset(schema(name="mine", path=str(tmp_path), strict=True, interactions=cleaning))

    with pytest.raises(DatasetError, match="duplicate rating"):
        read()
    dataset = read(duplicates="last", between={"time": ["1970-01-01", 39]})
    assert pairs(dataset) == [(1, 1, 5, 30), (1, 2, 3, 20)]
    assert dataset.removed == {"between.time": 1, "duplicates": 1}
