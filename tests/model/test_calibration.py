from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from towhee_recsys.config.schema import RatingMap
from towhee_recsys.model.calibration import Calibration

LINE = Calibration(slope=2.0, intercept=3.0, lowest=1.0, highest=5.0)
COSINES = st.floats(-1, 1)


def test_ratings_by_hand():
    assert LINE.ratings([-1, -0.5, 0, 0.25, 1]).tolist() == [1, 2, 3, 3.5, 5]
    assert LINE.ratings([-1.5, 1.5]).tolist() == [1, 5], "kept on the scale"
    assert LINE.ratings(np.float32(0.5)).dtype == np.float64


@pytest.mark.parametrize("scale", [(1.0, 5.0), (0.5, 5.0), (0.0, 100.0)])
def test_what_the_config_leaves_out_comes_from_the_scale_and_the_mean(scale):
    lowest, highest = scale
    mean = lowest + 0.6 * (highest - lowest)
    found = Calibration.of(RatingMap(), scale, mean)
    assert (found.intercept, found.lowest, found.highest) == (mean, lowest, highest)
    assert found.slope > highest - lowest, "a cosine of 1 is never reached"
    assert found.ratings(0) == mean
    given = Calibration.of(RatingMap(slope=2.5, intercept=2.5), scale, mean)
    assert given == Calibration(2.5, 2.5, lowest, highest)


@given(COSINES, COSINES, st.floats(1e-3, 100), st.floats(-5, 5))
def test_more_cosine_is_never_a_lower_rating(left, right, slope, intercept):
    calibration = Calibration(slope, intercept, lowest=1, highest=5)
    low, high = calibration.ratings(sorted([left, right]))
    assert 1 <= low <= high <= 5


def test_fitted_finds_the_line():
    cosines = np.linspace(-0.5, 0.9, 50)
    fitted = LINE.fitted(cosines, 1.5 * cosines + 3.2)
    assert (fitted.slope, fitted.intercept) == pytest.approx((1.5, 3.2))
    assert (fitted.lowest, fitted.highest) == (1, 5)


def test_fitted_is_the_least_squares_line():
    rng = np.random.default_rng(0)
    cosines = rng.uniform(-1, 1, 200)
    ratings = 2 * cosines + 3 + rng.normal(size=200)
    fitted = LINE.fitted(cosines, ratings)
    assert (fitted.slope, fitted.intercept) == pytest.approx(np.polyfit(cosines, ratings, 1))


@settings(max_examples=50)
@given(st.lists(st.tuples(COSINES, st.integers(1, 5)), min_size=1, max_size=8))
def test_fitted_never_inverts(pairs):
    cosines, ratings = (np.array(each, dtype=np.float32) for each in zip(*pairs, strict=True))
    fitted = LINE.fitted(cosines, ratings)
    assert fitted.slope > 0
    assert np.isfinite([fitted.slope, fitted.intercept]).all()


@pytest.mark.parametrize(
    ("cosines", "ratings"), [([0.5], [4]), ([0.5, 0.5], [1, 5]), ([0, 1], [5, 1]), ([0, 1], [3, 3])]
)
def test_without_a_rising_line_the_given_one_stays(cosines, ratings):
    assert LINE.fitted(np.array(cosines), np.array(ratings)) is LINE


def test_as_json_and_back():
    assert Calibration(**LINE.to_json()) == LINE
