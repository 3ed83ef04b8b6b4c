"""Properties of every protocol's task: nothing leaks, and the seed alone decides."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocols.conftest import DRAWN
from towhee_recsys.errors import EvaluationError

protocols = st.sampled_from(DRAWN)
shapes = {
    "users": st.integers(1, 25),
    "items": st.integers(1, 40),
    "density": st.sampled_from([0.02, 0.3, 0.9]),
}
seeds = st.integers(0, 2**32 - 1)


def keys(ratings, task):
    return (ratings.users * task.items + ratings.items).tolist()


def same(one, other):
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in ("users", "items", "values"))


def equal(one, other):
    """Whether two tasks agree in all parts and questions."""
    questions = zip(one.questions, other.questions, strict=True)
    return all(same(getattr(one, part), getattr(other, part)) for part in ("train", "validation", "test")) and all(
        np.array_equal(a.users, b.users)
        and all((getattr(a, name) != getattr(b, name)).nnz == 0 for name in ("history", "excluded", "relevant"))
        for a, b in questions
    )


@given(
    protocol=protocols,
    seed=seeds,
    validation=st.sampled_from([0.0, 0.1, 0.9]),
    scale=st.sampled_from([(1, 5), None]),
    **shapes,
)
def test_nothing_leaks(random_dataset, task_of, protocol, seed, validation, scale, users, items, density):
    dataset = random_dataset(seed, users, items, density, scale)
    lowest = 3 if protocol == "random-811-r3" and scale else 0
    try:
        task = task_of(protocol, dataset, seed, validation)
    except EvaluationError:
        return  # too few ratings; any other error fails
    used = dataset.interactions.values >= lowest
    everything = dataset.interactions.users[used] * items + dataset.interactions.items[used]
    train, held, test = (keys(part, task) for part in (task.train, task.validation, task.test))
    assert sorted(train + held + test) == sorted(everything), "each interaction is in one part"
    assert train
    assert test
    assert held or not validation
    assert all((np.diff(part.users) >= 0).all() for part in (task.train, task.validation, task.test))
    seen = [task.train, task.validation]
    if protocol == "cold-users":
        assert not {*task.test.users} & {user for part in seen for user in part.users}
    if protocol == "cold-items":
        assert not {*task.test.items} & {item for part in seen for item in part.items}
    assert task.questions
    for question in task.questions:
        check(question, task, lowest if protocol == "random-811-r3" else task.liked)


def check(question, task, lowest):
    """Everything is consistent: shapes and types, who knows what, and where the relevant items come from."""
    count = len(question.users)
    assert np.array_equal(np.unique(question.users), question.users)
    kinds = {"history": np.float32, "excluded": np.bool_, "relevant": np.bool_}
    for name, kind in kinds.items():
        matrix = getattr(question, name)
        assert matrix.shape == (count, task.items)
        assert matrix.dtype == kind
    history, excluded, relevant = (getattr(question, name).toarray().astype(bool) for name in kinds)
    assert not (relevant & excluded).any()
    assert not (relevant & ~question.candidates).any()
    assert not (history & ~excluded).any()
    assert relevant.any(axis=1).all()
    if question.known:
        assert history.any(axis=1).all()
    test = np.zeros((task.users, task.items))
    test[task.test.users, task.test.items] = task.test.values
    tested = np.zeros((task.users, task.items), dtype=bool)
    tested[task.test.users, task.test.items] = True
    given = history if not question.known else np.zeros_like(history)
    assert np.array_equal(relevant, tested[question.users] & (test[question.users] >= lowest) & ~given)


@given(protocol=protocols, seed=seeds)
def test_same_seed_same_task_and_another_one_differs(random_dataset, task_of, protocol, seed):
    dataset = random_dataset(1, users=40, items=60)
    one = task_of(protocol, dataset, seed, 0.1)
    assert equal(one, task_of(protocol, dataset, seed, 0.1))
    assert not equal(one, task_of(protocol, dataset, seed + 1, 0.1))


@pytest.mark.parametrize("protocol", DRAWN)
def test_the_test_does_not_depend_on_the_validation(random_dataset, task_of, protocol):
    one, other = (task_of(protocol, random_dataset(2), validation=share) for share in (0.0, 0.3))
    assert same(one.test, other.test)
    for question, again in zip(one.questions, other.questions, strict=True):
        assert np.array_equal(question.users, again.users)
        assert (question.relevant != again.relevant).nnz == (question.excluded != again.excluded).nnz == 0
