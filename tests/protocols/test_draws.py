"""How many ratings each part gets, and which, on data small enough to count by hand."""

from __future__ import annotations

import numpy as np
import pytest

from towhee_recsys.protocols.draws import ranks_within


def rows_of(*counts, value=4):
    """The first user rates the items 1 to counts[0], the second 1 to counts[1], ..."""
    return [(user, item, value, user + item) for user, n in enumerate(counts, 1) for item in range(1, n + 1)]


def by_user(ratings, users):
    return np.bincount(ratings.users, minlength=users).tolist()


def pairs(ratings):
    return list(zip(ratings.users.tolist(), ratings.items.tolist(), strict=True))


def test_ranks_within_groups():
    groups, keys = np.array([1, 0, 1, 1, 0, 3]), np.array([5, 9, 2, 5, 8, 0])
    assert ranks_within(groups, keys, np.array([1, 0, 0, 0, 0, 0])).tolist() == [2, 1, 0, 1, 0, 0]
    assert ranks_within(groups[:0], keys[:0]).tolist() == []


@pytest.mark.parametrize(("count", "tested"), [(2, 1), (14, 1), (16, 2), (1000, 100)])
def test_a_tenth_of_all_ratings(dataset_of, task_of, count, tested):
    task = task_of("rating-90-10", dataset_of(rows_of(count)))
    assert (len(task.train), len(task.validation), len(task.test)) == (count - tested, 0, tested)


def test_a_fifth_of_each_users_ratings(dataset_of, task_of):
    task = task_of("ranking-80-20", dataset_of(rows_of(1, 2, 3, 7, 8, 10, 100)))
    assert by_user(task.test, 7) == [0, 0, 1, 1, 2, 2, 20]
    assert by_user(task.train, 7) == [1, 2, 2, 6, 6, 8, 80]


def recboles_counts(total, ratios=(0.8, 0.1, 0.1)):
    counts = [int(ratio * total) for ratio in ratios]
    counts[0] = total - sum(counts[1:])
    for i in range(1, len(ratios)):
        if counts[0] <= 1:
            break
        if 0 < ratios[-i] * total < 1:
            counts[-i] += 1
            counts[0] -= 1
    return counts


def test_recboles_counts(dataset_of, task_of):
    totals = range(1, 121)
    task = task_of("random-811-r3", dataset_of(rows_of(*totals)))
    found = [by_user(part, len(totals)) for part in (task.train, task.validation, task.test)]
    assert list(zip(*found, strict=True)) == [tuple(recboles_counts(total)) for total in totals]


def test_recboles_ratings_are_those_from_the_middle_of_the_scale(dataset_of, task_of):
    rows = [(1, item, rating, 0) for item, rating in enumerate([5, 2.5, 3, 2, 4, 1], 1)]
    task = task_of("random-811-r3", dataset_of(rows))
    assert sorted(pairs(task.train) + pairs(task.validation) + pairs(task.test)) == [(0, 0), (0, 2), (0, 4)]
    assert task.questions[0].candidates.tolist() == [True, False, True, False, True, False]
    assert len(task_of("random-811-r3", dataset_of(rows, scale=(0.5, 4.5))).train) == 2


def test_without_a_scale_recboles_protocol_uses_all_weights_above_0(dataset_of, task_of):
    rows = [(1, item, weight, 0) for item, weight in enumerate([0.1, 0.1, 0.4, 1, 0, 0.1], 1)]
    task = task_of("random-811-r3", dataset_of(rows, scale=None))
    assert (len(task.train), len(task.validation), len(task.test)) == (3, 1, 1), "all but the one of weight 0"


def test_recboles_validation_is_its_own(dataset_of, task_of):
    dataset = dataset_of(rows_of(20, 20))
    assert [len(task_of("random-811-r3", dataset, validation=share).validation) for share in (0, 0.5)] == [4, 4]


def test_the_last_rating_of_each_user(dataset_of, task_of):
    rows = [(1, 1, 5, 30), (1, 2, 5, 40), (1, 3, 5, 10), (2, 1, 5, 99), (3, 3, 5, 7), (3, 1, 5, 6)]
    task = task_of("leave-last-out", dataset_of(rows))
    assert pairs(task.test) == [(0, 1), (2, 2)]
    assert pairs(task.train) == [(0, 0), (0, 2), (1, 0), (2, 0)]


def test_which_of_the_simultaneous_ratings_is_the_last_is_drawn(dataset_of, task_of):
    dataset = dataset_of([(1, 1, 5, 0), (1, 2, 5, 9), (1, 3, 5, 9), (1, 4, 5, 1)])
    drawn = [pairs(task_of("leave-last-out", dataset, seed=seed).test) for seed in range(20)]
    assert {item for [(_, item)] in drawn} == {1, 2}


def test_the_last_fifth_of_all_ratings(dataset_of, task_of):
    rows = [(1, 1, 5, 1), (1, 2, 5, 2), (2, 1, 4, 3), (2, 2, 1, 4), (1, 3, 5, 8), (3, 2, 5, 9)]
    rows += [(2, 3, 1, 5), (2, 4, 1, 6), (2, 5, 1, 7), (1, 4, 3, 0)]
    task = task_of("temporal", dataset_of(rows))
    assert pairs(task.test) == [(0, 2), (2, 1)]
    assert task.questions[0].users.tolist() == [0], "the third user was not there before"


def test_a_tenth_of_the_users_who_have_ratings(dataset_of, task_of):
    dataset = dataset_of(rows_of(*[3] * 20), users=1000)
    task = task_of("cold-users", dataset)
    assert len(np.unique(task.test.users)) == 2
    assert len(task.test) == 6
    assert task.users == 1000


def test_a_twentieth_of_the_items_that_are_rated_often(dataset_of, task_of):
    rows = [(user, item, 4, 0) for item in range(1, 101) for user in range(1, 21 if item <= 40 else 20)]
    task = task_of("cold-items", dataset_of(rows))
    assert len(np.unique(task.test.items)) == 2
    assert task.test.items.max() < 40
    assert task.questions[0].candidates.sum() == 2


def test_a_twentieth_of_all_rated_items_where_none_is_rated_often(dataset_of, task_of):
    task = task_of("cold-items", dataset_of(rows_of(30, 30, 30), items=500))
    assert len(np.unique(task.test.items)) == 2
    assert task.test.items.max() < 30


def test_validation_is_a_share_of_the_training_part(dataset_of, task_of):
    dataset = dataset_of(rows_of(100))
    sizes = {share: len(task_of("rating-90-10", dataset, validation=share).validation) for share in (0, 0.001, 0.1)}
    assert sizes == {0: 0, 0.001: 1, 0.1: 9}
    assert len(task_of("rating-90-10", dataset, validation=0.999).train) == 1
