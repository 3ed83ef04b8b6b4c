from __future__ import annotations

import numpy as np
import pytest

from tests.protocols.conftest import DRAWN


def items_of(matrix, row=0):
    return matrix[row].nonzero()[1].tolist()


def test_a_warm_question(dataset_of, task_of):
    """The second user likes nothing of the test, the third has no training; the fifth item has no ratings."""
    rows = [(1, 1, 2, 0), (1, 2, 5, 1), (1, 3, 4, 8), (2, 1, 5, 2), (2, 2, 4, 3), (2, 3, 3, 9), (3, 1, 5, 7)]
    task = task_of("leave-last-out", dataset_of(rows, items=5))
    [question] = task.questions
    assert (question.name, question.known, question.users.tolist()) == ("", True, [0])
    assert question.history.toarray().tolist() == [[2, 5, 0, 0, 0]]
    assert question.excluded.toarray().tolist() == [[True, True, False, False, False]]
    assert question.relevant.toarray().tolist() == [[False, False, True, False, False]]
    assert question.candidates.tolist() == [True] * 5


def test_validation_is_excluded_but_not_in_the_history(dataset_of, task_of):
    dataset = dataset_of([(1, item, 5, item) for item in range(1, 11)])
    task = task_of("leave-last-out", dataset, validation=0.3)
    [question] = task.questions
    assert items_of(question.history) == task.train.items.tolist()
    assert items_of(question.excluded) == sorted({*task.train.items.tolist(), *task.validation.items.tolist()})
    assert items_of(question.relevant) == [9]


def test_recboles_relevant_items_are_all_of_the_test(dataset_of, task_of):
    task = task_of("random-811-r3", dataset_of([(1, item, 3, 0) for item in range(1, 31)], items=40))
    [question] = task.questions
    assert items_of(question.relevant) == sorted(task.test.items.tolist())
    assert np.flatnonzero(question.candidates).tolist() == list(range(30))


def test_cold_users(dataset_of, task_of):
    """Every user likes the items 1 to 11 and rates two others, so it does not matter whom chance takes."""
    ratings = [4, 5] * 5 + [4, 1, 3]
    rows = [(user, item, value, 0) for user in range(1, 11) for item, value in enumerate(ratings, 1)]
    task = task_of("cold-users", dataset_of(rows), validation=0.1)
    alone, five, ten = task.questions
    assert [question.name for question in task.questions] == ["", "5 liked", "10 liked"]
    assert not any(question.known for question in task.questions)
    assert len(task.test) == 13
    assert items_of(alone.relevant) == list(range(11))
    assert alone.history.nnz == alone.excluded.nnz == 0
    for question, n_given in ((five, 5), (ten, 10)):
        assert question.users.tolist() == np.unique(task.test.users).tolist()
        assert question.history.nnz == n_given
        assert items_of(question.history) == items_of(question.excluded)
        assert sorted(items_of(question.history) + items_of(question.relevant)) == list(range(11))
        assert all(question.history[0, item] == ratings[item] for item in items_of(question.history))
    assert set(items_of(five.history)) < set(items_of(ten.history))


@pytest.mark.parametrize(("liked", "users"), [(0, [0, 0, 0]), (5, [1, 0, 0]), (6, [1, 1, 0]), (10, [1, 1, 0])])
def test_cold_users_need_more_liked_items_than_are_given(dataset_of, task_of, liked, users):
    rows = [(user, item, 4 if item <= liked else 2, 0) for user in (1, 2) for item in range(1, 15)]
    task = task_of("cold-users", dataset_of(rows))
    assert [len(question.users) for question in task.questions] == users
    assert [question.relevant.shape for question in task.questions] == [(count, 14) for count in users]


def test_cold_items(dataset_of, task_of):
    rows = [(user, item, 1 + (user + item) % 5, 0) for user in range(1, 31) for item in range(1, 41)]
    task = task_of("cold-items", dataset_of([*rows, (31, 1, 5, 0)]))
    [question] = task.questions
    held = np.flatnonzero(question.candidates)
    assert len(held) == 2
    assert question.known
    assert set(task.test.items) == set(held)
    for row, user in enumerate(question.users):
        assert items_of(question.history, row) == [item for item in range(40) if item not in held]
        assert items_of(question.relevant, row) == [item for item in held if (user + item + 2) % 5 >= 3]


def test_a_rating_of_zero_is_a_rating(dataset_of, task_of):
    rows = [(1, 1, 0, 0), (1, 2, 0, 1), (1, 3, 10, 2)]
    [question] = task_of("leave-last-out", dataset_of(rows, scale=(0, 10))).questions
    assert question.history.nnz == 2
    assert items_of(question.excluded) == [0, 1]


@pytest.mark.parametrize(("scale", "liked"), [((1, 5), 4), ((0.5, 5), 3.875), ((0, 10), 7.5), ((0, 1), 0.75)])
def test_liking_begins_at_three_quarters_of_the_scale(random_dataset, task_of, scale, liked):
    assert task_of("rating-90-10", random_dataset(1, scale=scale)).liked == liked


@pytest.mark.parametrize("protocol", DRAWN)
def test_questions_without_users(dataset_of, task_of, protocol):
    dataset = dataset_of([(user, item, 2, user * item) for user in range(1, 11) for item in range(1, 21)])
    if protocol == "random-811-r3":
        return  # to it, all ratings are liked
    for question in task_of(protocol, dataset).questions:
        assert len(question.users) == 0
        assert question.excluded.shape == question.history.shape == question.relevant.shape == (0, 20)


def test_a_part_of_a_question(random_dataset, task_of):
    [question] = task_of("ranking-80-20", random_dataset(1)).questions
    part = question.part(slice(2, 5))
    assert part.users.tolist() == question.users[2:5].tolist()
    assert (part.relevant != question.relevant[2:5]).nnz == 0
