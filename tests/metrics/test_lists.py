from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from towhee_recsys.metrics import lists, top_k

NAN, INF = float("nan"), float("inf")


def listed(scores, k, excluded=(), candidates=None):
    """The one list for a row of scores."""
    out = np.isin(np.arange(len(scores)), excluded)[None, :]
    among = np.ones(len(scores), dtype=bool) if candidates is None else np.isin(np.arange(len(scores)), candidates)
    lists = top_k(np.array([scores], dtype=np.float32), csr_matrix(out), among, k)
    assert lists.dtype == np.int64
    assert lists.shape == (1, k)
    return lists[0].tolist()


@pytest.mark.parametrize(
    ("scores", "k", "expected"),
    [
        ([0.1, 0.9, -0.5, 0.3], 2, [1, 3]),
        ([0.1, 0.9, -0.5, 0.3], 4, [1, 3, 0, 2]),
        ([0.1, 0.9], 4, [1, 0, -1, -1]),
        ([5, 7, 7, 5, 7, 5], 4, [1, 2, 4, 0]),
        ([2, 2, 2, 2], 3, [0, 1, 2]),
        ([-1, -2, -1, -3], 3, [0, 2, 1]),
        ([0.0, -0.0, 0.0, -0.0], 4, [0, 1, 2, 3]),
        ([NAN, 1, NAN, 2], 3, [3, 1, -1]),
        ([-NAN, -INF, INF, 0], 4, [2, 3, 1, -1]),
        ([NAN, NAN], 2, [-1, -1]),
        ([], 2, [-1, -1]),
    ],
)
def test_by_hand(scores, k, expected):
    assert listed(scores, k) == expected


def test_excluded_items_and_other_than_candidates_are_not_listed():
    scores = [9, 8, 7, 6, 5]
    assert listed(scores, 3, excluded=[0, 2]) == [1, 3, 4]
    assert listed(scores, 3, candidates=[2, 4]) == [2, 4, -1]
    assert listed(scores, 3, excluded=[4], candidates=[2, 4]) == [2, -1, -1]


def test_no_users():
    assert top_k(np.zeros((0, 5), np.float32), csr_matrix((0, 5), dtype=bool), np.ones(5, bool), 3).shape == (0, 3)


def test_the_scores_stay_as_they_are():
    scores = np.array([[3, NAN, -0.0, 1]], dtype=np.float32)
    before = scores.copy()
    top_k(scores, csr_matrix([[True, False, False, False]]), np.ones(4, bool), 2)
    assert scores.tobytes() == before.tobytes()


@given(
    seed=st.integers(0, 2**32 - 1),
    users=st.integers(1, 8),
    items=st.integers(1, 30),
    k=st.integers(1, 35),
    values=st.sampled_from([1, 3, 10, 1000]),
)
def test_as_a_stable_sort_would(seed, users, items, k, values):
    random = np.random.default_rng(seed)
    scores = (random.integers(-values, values + 1, (users, items)) / 7).astype(np.float32)
    scores[random.random(scores.shape) < 0.1] = NAN
    excluded, candidates = random.random(scores.shape) < 0.3, random.random(items) < 0.8
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lists, "_USERS", 3)
        found = top_k(scores, csr_matrix(excluded), candidates, k)
    for row in range(users):
        allowed = [each for each in np.argsort(-scores[row], kind="stable") if candidates[each]]
        allowed = [each for each in allowed if not excluded[row, each] and not np.isnan(scores[row, each])]
        assert found[row].tolist() == (allowed + [-1] * k)[:k]
