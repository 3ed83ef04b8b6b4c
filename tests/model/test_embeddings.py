"""Embeddings keep both vectors and the model together, whatever is selected from them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vectors import embeddings
from towhee_recsys.errors import QueryError
from towhee_recsys.model.calibration import Calibration
from towhee_recsys.model.embeddings import Embeddings, ModelRef, as_embeddings, normalize

MODEL = ModelRef("0123456789abcdef", Calibration(2.0, 3.0, 1.0, 5.0))
SEARCH = np.array([[3, 4], [1, 0], [0, 2]], dtype=np.float32)
RATING = np.array([[0.6, 0.8], [0, 1], [-3, 4]], dtype=np.float32)


@pytest.fixture
def both() -> Embeddings:
    """Vectors to search with, and others to predict ratings with."""
    return embeddings(SEARCH, MODEL, RATING)


@given(
    st.lists(
        st.lists(st.floats(-(2.0**99), 2.0**99, width=32), min_size=3, max_size=3).filter(any), min_size=1, max_size=5
    )
)
def test_vectors_become_unit_vectors_in_their_direction(raw):
    units = np.asarray(normalize(raw))
    assert units.dtype == np.float32
    assert np.linalg.norm(units.astype(np.float64), axis=1) == pytest.approx([1] * len(raw), abs=1e-6)
    lengths = np.linalg.norm(np.array(raw), axis=1, keepdims=True)
    assert units == pytest.approx(np.array(raw) / lengths, abs=1e-6)


def test_one_vector_and_several():
    assert np.asarray(normalize([3, 4])) == pytest.approx([0.6, 0.8])
    assert np.asarray(normalize([[3, 4], [0, -2]])) == pytest.approx(np.array([[0.6, 0.8], [0, -1]]))
    assert normalize(np.zeros((0, 4))).shape == (0, 4)
    assert np.asarray(normalize(normalize([3, 4]))) == pytest.approx([0.6, 0.8])


def test_the_given_array_is_left_alone():
    raw = np.array([3.0, 4.0], dtype=np.float32)
    normalize(raw)
    assert raw.tolist() == [3, 4]


@pytest.mark.parametrize(
    ("raw", "facts"),
    [
        ([0.0, 0.0], ["vector 0 of 1", "length 0.0"]),
        ([[1, 0], [0, 0], [0, 0]], ["vector 1 of 3", "length 0.0"]),
        ([[1, 0], [2, 0], [float("nan"), 1]], ["vector 2 of 3", "length nan"]),
        ([[float("inf"), 1], [1, 0]], ["vector 0 of 2", "length inf"]),
        ([], ["vector 0 of 1", "length 0.0"]),
        (3.0, ["[dim] or several [n, dim]", "float []"]),
        (np.ones((2, 2, 2)), ["ndarray [2, 2, 2]"]),
        ([[1, 2], [3]], ["[dim] or several [n, dim]"]),
        ("abc", ["[dim] or several [n, dim]"]),
        ({"user_id": 42}, ["[dim] or several [n, dim]"]),
    ],
)
def test_what_has_no_direction_is_refused(raw, facts):
    with pytest.raises(QueryError) as raised:
        normalize(raw)
    assert all(fact in str(raised.value) for fact in facts)


@pytest.mark.parametrize(
    "key", [0, -1, slice(1, None), slice(None, None, -1), [2, 0], np.array([True, False, True]), ..., np.newaxis]
)
def test_a_part_has_both_vectors_and_the_model(both, key):
    part = both[key]
    assert np.array_equal(part.search, SEARCH[key])
    assert np.array_equal(part.rating, RATING[key])
    assert part.model is MODEL


def test_so_has_each_in_a_loop(both):
    assert [each.rating.tolist() for each in both] == RATING.tolist()
    assert [each.search.tolist() for each in list(both)] == SEARCH.tolist()


@pytest.mark.parametrize("several", [list, tuple])
def test_a_list_of_embeddings_is_one(both, several):
    found = as_embeddings(several([both[2], both[0]]))
    assert np.array_equal(found.search, SEARCH[[2, 0]])
    assert np.array_equal(found.rating, RATING[[2, 0]])
    assert found.model == MODEL
    assert as_embeddings(both) is both


def test_plain_arrays_are_of_no_known_model():
    for given_array in ([[3, 4], [1, 0]], SEARCH, list(SEARCH)):
        found = as_embeddings(given_array)
        assert (found.model, found.rating) == (None, None)


def test_embeddings_of_two_models_are_refused(both):
    for other in (embeddings([1, 0], ModelRef("b" * 16)), [1.0, 0.0]):
        with pytest.raises(QueryError, match="several models"):
            as_embeddings([both[0], other])


def test_a_list_where_some_lack_their_vectors_for_ratings_is_refused(both):
    with pytest.raises(QueryError, match="1 of 2"):
        as_embeddings([both[0], embeddings(SEARCH[1], MODEL)])


def test_normalized_both_are_unit_vectors(both):
    units = normalize(both)
    assert units.search == pytest.approx(np.array([[0.6, 0.8], [1, 0], [0, 1]]))
    assert units.rating == pytest.approx(np.array([[0.6, 0.8], [0, 1], [-0.6, 0.8]]))
    assert units.model is MODEL
    assert normalize(both[2]).rating == pytest.approx([-0.6, 0.8])
    assert normalize(both[:0]).rating.shape == (0, 2)


@pytest.mark.parametrize(
    "compute",
    [
        lambda it: it * 2,
        lambda it: 2 * it,
        lambda it: it / np.linalg.norm(it),
        lambda it: np.ones(2) * it,
        lambda it: it + it,
        lambda it: -it,
        lambda it: np.multiply(it, 2),
    ],
)
def test_arithmetic_is_refused_for_it_would_lose_a_part(both, compute):
    with pytest.raises(TypeError):
        compute(both)


def test_a_rating_vector_without_direction_is_refused(both):
    with pytest.raises(QueryError, match="vector 1 of 3"):
        normalize(embeddings(SEARCH, MODEL, [[1, 0], [0, 0], [1, 1]]))


def test_variances_stay_with_their_records():
    one = Embeddings(SEARCH, RATING, MODEL, np.array([0.5, 0.6, 0.7]))
    assert normalize(one).variances.tolist() == [0.5, 0.6, 0.7]
    assert one[1:].variances.tolist() == [0.6, 0.7]
    assert one[1].variances == 0.6
    assert one[1][np.newaxis].variances.tolist() == [0.6]
    assert as_embeddings([one[2], one[0]]).variances.tolist() == [0.7, 0.5]
    with pytest.raises(QueryError, match="1 of 2 embeddings have variances"):
        as_embeddings([one[0], embeddings(SEARCH[0], MODEL, RATING[0])])
