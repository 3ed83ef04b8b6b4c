from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from towhee_recsys.metrics import interval, paired_test

NAN = float("nan")


def test_interval_by_hand():
    """Mean 2, deviation 1, three values."""
    low, high = interval(np.array([1.0, NAN, 2, 3]))
    assert (low, high) == pytest.approx((2 - 1.96 / 3**0.5, 2 + 1.96 / 3**0.5), abs=1e-4)
    assert type(low) is type(high) is float


@pytest.mark.parametrize("values", [[], [0.5], [NAN, 0.5, NAN]])
def test_no_interval_of_less_than_two(values):
    assert np.isnan(interval(np.array(values))).all()


def test_the_interval_covers_the_mean_in_95_of_100_draws():
    random = np.random.default_rng(1)
    draws = [interval(random.random(200)) for _ in range(1000)]
    assert np.mean([low <= 0.5 <= high for low, high in draws]) == pytest.approx(0.95, abs=0.02)


def test_paired_test_by_hand():
    """Differences 1, 2, 3: t = 2 / (1 / sqrt 3) = 3.46 with two degrees of freedom."""
    found = paired_test(np.array([2.0, 4, 6, NAN]), np.array([1.0, 2, 3, NAN]))
    assert found["difference"] == 2
    assert (found["low"], found["high"]) == pytest.approx((0.8684, 3.1316), abs=1e-4)
    assert found["p_value"] == pytest.approx(0.0742, abs=1e-4)


@given(seed=st.integers(0, 2**32 - 1), count=st.integers(2, 50), shift=st.sampled_from([0, 0.1, 1]))
def test_it_agrees_with_scipy(seed, count, shift):
    ours, theirs = np.random.default_rng(seed).random((2, count))
    found = paired_test(ours + shift, theirs)
    assert found["p_value"] == pytest.approx(stats.ttest_rel(ours + shift, theirs).pvalue)
    assert paired_test(theirs, ours + shift)["difference"] == -found["difference"]


def test_equal_vectors_have_the_p_value_1():
    values = np.array([0.25, 0.5, 0.75])
    found = paired_test(values, values)
    assert found == {"difference": 0, "low": 0, "high": 0, "p_value": 1}


@pytest.mark.parametrize("values", [[0.5], [0.5, NAN], [], [NAN, NAN]])
def test_equal_vectors_of_fewer_than_two_users_have_no_p_value(values):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = paired_test(np.array(values), np.array(values))
    assert np.isnan([found["low"], found["high"], found["p_value"]]).all()


def test_where_all_differ_by_the_same_it_is_no_chance():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert paired_test(np.array([1.5, 2.5, 3.5]), np.array([1.0, 2, 3]))["p_value"] == 0


def test_one_user_gives_no_p_value():
    found = paired_test(np.array([0.5, NAN]), np.array([0.25, 1]))
    assert found["difference"] == 0.25
    assert np.isnan([found["low"], found["high"], found["p_value"]]).all()
