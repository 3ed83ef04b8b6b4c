from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from towhee_recsys.errors import QueryError
from towhee_recsys.model.calibration import Calibration
from towhee_recsys.model.vectors import Origin, Vectors, as_vectors, normalize, with_origin

ORIGIN = Origin("0123456789abcdef", Calibration(2.0, 3.0, 1.0, 5.0))


@given(
    st.lists(
        st.lists(st.floats(-(2.0**99), 2.0**99, width=32), min_size=3, max_size=3).filter(any), min_size=1, max_size=5
    )
)
def test_vectors_become_unit_vectors_in_their_direction(raw):
    vectors = normalize(raw)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(np.asarray(vectors, dtype=np.float64), axis=1) == pytest.approx([1] * len(raw), abs=1e-6)
    lengths = np.linalg.norm(np.array(raw), axis=1, keepdims=True)
    assert np.asarray(vectors) == pytest.approx(np.array(raw) / lengths, abs=1e-6)


def test_one_vector_and_several():
    assert normalize([3, 4]).tolist() == pytest.approx([0.6, 0.8])
    assert normalize([[3, 4], [0, -2]]) == pytest.approx(np.array([[0.6, 0.8], [0, -1]]))
    assert normalize(np.zeros((0, 4))).shape == (0, 4)
    assert normalize(normalize([3, 4])).tolist() == pytest.approx([0.6, 0.8])


def test_the_given_array_is_left_alone():
    raw = np.array([3.0, 4.0], dtype=np.float32)
    normalize(raw)
    assert raw.tolist() == [3, 4]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ([0.0, 0.0], "vector 0 of 1 has length 0.0: it cannot be normalized."),
        ([[1, 0], [0, 0], [0, 0]], "vector 1 of 3 has length 0.0"),
        ([[1, 0], [2, 0], [float("nan"), 1]], "vector 2 of 3 has length nan"),
        ([[float("inf"), 1], [1, 0]], "vector 0 of 2 has length inf"),
        ([], "vector 0 of 1 has length 0.0"),
        (3.0, "one vector [dim] or several [n, dim] of one model are accepted; float [] was given."),
        (np.ones((2, 2, 2)), "ndarray [2, 2, 2] was given"),
        ([[1, 2], [3]], "one vector [dim] or several [n, dim] of one model are accepted"),
        ("abc", "one vector [dim] or several [n, dim] of one model are accepted"),
        ({"user_id": 42}, "one vector [dim] or several [n, dim] of one model are accepted"),
    ],
)
def test_what_has_no_direction_is_refused(raw, message):
    with pytest.raises(QueryError) as raised:
        normalize(raw)
    assert message in str(raised.value)


def test_the_origin_is_kept():
    vectors = with_origin([[3, 4], [1, 0]], ORIGIN)
    assert isinstance(vectors, Vectors)
    for kept in (vectors[0], vectors[:1], vectors.copy(), vectors.astype(np.float64), normalize(vectors), vectors * 2):
        assert kept.origin is ORIGIN
    assert normalize([3, 4]).origin is None


def test_an_origin_does_not_leak_into_the_array_it_was_made_of():
    raw = np.ones(2, dtype=np.float32)
    assert with_origin(with_origin(raw, ORIGIN), None).origin is None
    assert not hasattr(raw, "origin")


def test_a_list_of_vectors_keeps_the_origin_that_they_share():
    one, other = with_origin([3, 4], ORIGIN), with_origin([1, 0], ORIGIN)
    assert as_vectors([one, other]).origin is ORIGIN
    assert normalize([one, other]).origin is ORIGIN
    assert as_vectors([[3, 4], [1, 0]]).origin is None


def test_vectors_of_two_models_are_refused():
    with pytest.raises(QueryError, match="vectors of several models was given"):
        as_vectors([with_origin([3, 4], ORIGIN), with_origin([1, 0], Origin("b" * 16))])
