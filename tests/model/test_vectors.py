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


STARS = np.array([[0.6, 0.8], [0, 1], [-3, 4]])
SEARCH = np.array([[3.0, 4.0], [1.0, 0.0], [0.0, 2.0]])


@pytest.fixture
def both() -> Vectors:
    """Vectors to search with, which bring along those to predict stars with."""
    return with_origin(SEARCH, Origin("0123456789abcdef"), with_origin(STARS, ORIGIN))


@pytest.mark.parametrize(
    "key", [0, -1, slice(1, None), slice(None, None, -1), [2, 0], np.array([True, False, True]), ...]
)
def test_rating_goes_with_a_part(both, key):
    part = both[key]
    assert np.array_equal(part, SEARCH.astype(np.float32)[key])
    assert np.array_equal(part.rating, STARS.astype(np.float32)[key])
    assert part.rating.origin is ORIGIN
    assert part.origin.calibration is None


def test_rating_goes_with_each_in_a_loop(both):
    assert [each.rating.tolist() for each in both] == STARS.astype(np.float32).tolist()
    assert [each.rating.tolist() for each in list(both)] == STARS.astype(np.float32).tolist()


def test_a_list_of_vectors_keeps_their_rating(both):
    for several in ([both[2], both[0]], (both[2], both[0])):
        found = as_vectors(several)
        assert found.tolist() == SEARCH[[2, 0]].tolist()
        assert np.array_equal(found.rating, STARS.astype(np.float32)[[2, 0]])
        assert found.rating.origin is ORIGIN
    again = as_vectors(both)
    assert np.array_equal(again.rating, both.rating)


def test_in_a_list_with_others_rating_is_lost_and_so_are_stars(both):
    found = as_vectors([both[0], with_origin(SEARCH[1], both.origin)])
    assert found.rating is None
    assert found.origin == both.origin
    assert found.origin.calibration is None, "nobody takes the search's cosine for stars"


def test_normalized_both_are_unit_vectors(both):
    units = normalize(both)
    assert np.asarray(units) == pytest.approx(np.array([[0.6, 0.8], [1, 0], [0, 1]]))
    assert np.asarray(units.rating) == pytest.approx(np.array([[0.6, 0.8], [0, 1], [-0.6, 0.8]]))
    assert units.rating.origin is ORIGIN
    assert normalize(both[2]).rating.tolist() == pytest.approx([-0.6, 0.8])
    assert normalize([both[2], both[0]]).rating[0].tolist() == pytest.approx([-0.6, 0.8])
    assert normalize(both[:0]).rating.shape == (0, 2)


@pytest.mark.parametrize(
    "compute",
    [
        lambda it: it * 2,
        lambda it: it + it[::-1],
        lambda it: -it,
        lambda it: it.mean(axis=0),
        lambda it: np.sort(it),
        lambda it: np.concatenate([it, it]),
        lambda it: it.T,
        lambda it: it.reshape(-1),
        lambda it: it @ np.eye(2, dtype=np.float32),
        lambda it: it.copy(),
    ],
)
def test_computed_vectors_lose_their_rating_rather_than_have_a_wrong_one(both, compute):
    found = compute(both)
    assert getattr(found, "rating", None) is None
    assert getattr(getattr(found, "origin", None), "calibration", None) is None
    assert both.rating is not None


def test_one_number_of_a_vector_is_a_number(both):
    assert not isinstance(both[0][1], Vectors)
    assert not isinstance(both[0, 1], Vectors)
    assert both[:, 1].rating.tolist() == pytest.approx([0.8, 1, 4])


def test_a_rating_without_direction_is_refused(both):
    both.rating[1] = 0
    with pytest.raises(QueryError, match="vector 1 of 3 has length"):
        normalize(both)
