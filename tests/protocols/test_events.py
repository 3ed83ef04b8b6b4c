"""Protocols on implicit feedback with times: what happens later never changes what is trained on."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.declarations import schema
from tests.interactions import same
from towhee_recsys.data import Dataset, interactions_frame, read_dataset
from towhee_recsys.data.decay import decayed
from towhee_recsys.data.popularity import item_popularity
from towhee_recsys.protocols import Task, make_task

DAY = 86_400
EVENTS = [
    ("u1", "A", "play", 1),
    ("u1", "B", "play", 3),
    ("u1", "A", "play", 5),
    ("u2", "A", "play", 2),
    ("u2", "C", "play", 4),
    ("u2", "B", "skip", 6),
    ("u3", "C", "play", 7),
    ("u3", "B", "play", 8),
    ("u3", "C", "play", 9),
    ("u3", "C", "play", 10),
]
"""Users, items, types of events, and days."""


def dataset_of(events: list[tuple[str, str, str, int]], half_life: str | None = "1d") -> Dataset:
    table = pd.DataFrame(events, columns=["user", "item", "what", "at"]).assign(at=lambda table: DAY * table["at"])
    columns = {"user": "user", "item": "item", "event": "what", "time": "at", "weights": {"play": 1.0, "skip": -1.0}}
    decay = {"half_life": half_life} if half_life else {}
    return read_dataset(schema(name="songs", interactions={**columns, **decay}, tables={"interactions": table}))


def task_of(protocol: str, dataset: Dataset) -> Task:
    return make_task(protocol, dataset, seed=1, validation=0.0)


def rows(part, dataset: Dataset) -> list[tuple[str, str, float, int]]:
    from dataclasses import replace

    frame = interactions_frame(replace(dataset, interactions=part))
    return [(user, item, value, time // DAY) for user, item, value, time in frame.itertuples(index=False, name=None)]


def test_a_pair_has_the_time_of_its_last_event_and_what_is_left_of_its_weights_then():
    dataset = dataset_of(EVENTS)
    assert rows(dataset.interactions, dataset) == [
        ("u1", "A", 1.0625, 5),
        ("u1", "B", 1, 3),
        ("u2", "A", 1, 2),
        ("u2", "C", 1, 4),
        ("u2", "B", -1, 6),
        ("u3", "C", 1.625, 10),
        ("u3", "B", 1, 8),
    ]


def test_the_last_pair_of_each_user_is_held_out_with_all_its_events():
    dataset = dataset_of(EVENTS)
    task = task_of("leave-last-out", dataset)
    assert rows(task.test, dataset) == [("u1", "A", 1.0625, 5), ("u2", "B", -1, 6), ("u3", "C", 1.625, 10)]
    assert rows(task.train, dataset) == [("u1", "B", 1, 3), ("u2", "A", 1, 2), ("u2", "C", 1, 4), ("u3", "B", 1, 8)]
    [question] = task.questions
    assert question.users.tolist() == [0, 2], "a skipped song is no answer to a question"
    assert question.relevant.toarray().tolist() == [[True, False, False], [False, False, True]]


def test_the_last_fifth_of_all_pairs_is_held_out():
    dataset = dataset_of(EVENTS)
    task = task_of("temporal", dataset)
    assert rows(task.test, dataset) == [("u3", "C", 1.625, 10)]
    assert max(time for *_, time in rows(task.train, dataset)) == 8


def test_weights_of_training_halve_before_the_newest_training_interaction():
    dataset = dataset_of(EVENTS)
    task = task_of("temporal", dataset)
    assert task.half_life == DAY
    found = {row[:2]: row[2] for row in rows(decayed(task.train, task.half_life), dataset)}
    assert found == {
        ("u1", "A"): 1.0625 / 8,
        ("u1", "B"): 1 / 32,
        ("u2", "A"): 1 / 64,
        ("u2", "C"): 1 / 16,
        ("u2", "B"): -1 / 4,
        ("u3", "B"): 1,
    }
    popularity = item_popularity(task.train, 3, liked=task.liked, half_life=task.half_life)
    assert popularity.tolist() == pytest.approx([1 / 8 + 1 / 64, 1 / 32 + 1, 1 / 16])


@pytest.mark.parametrize("protocol", ["leave-last-out", "temporal"])
@pytest.mark.parametrize("half_life", ["1d", None])
def test_later_events_of_the_test_part_change_nothing_in_training(protocol, half_life):
    """The events of held-out pairs are many more, and years later."""
    one = task_of(protocol, dataset := dataset_of(EVENTS, half_life))
    held = {row[:2] for row in rows(one.test, dataset)}
    much = [
        (user, item, what, 3000 + day) for user, item, what, day in EVENTS if (user, item) in held for _ in range(9)
    ]
    other = task_of(protocol, dataset_of([*EVENTS, *much], half_life))
    assert not same(one.test, other.test)
    assert same(one.train, other.train)
    assert same(decayed(one.train, one.half_life), decayed(other.train, other.half_life))
    popular = [
        item_popularity(each.train, 3, liked=each.liked, half_life=each.half_life).tolist() for each in (one, other)
    ]
    assert popular[0] == popular[1]


def test_skips_are_relevant_in_no_protocol():
    dataset = dataset_of([*EVENTS, ("u1", "C", "skip", 11), ("u3", "A", "skip", 12), ("u2", "A", "skip", 13)], None)
    for protocol in ("rating-90-10", "ranking-80-20", "random-811-r3", "leave-last-out", "temporal"):
        for seed in range(5):
            task = make_task(protocol, dataset, seed=seed, validation=0.0)
            values = task.test.matrix(task.users, task.items).toarray()[task.questions[0].users]
            assert (values[task.questions[0].relevant.toarray()] > 0).all()
