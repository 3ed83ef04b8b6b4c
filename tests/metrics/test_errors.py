from __future__ import annotations

import numpy as np
import pytest

from towhee_recsys.metrics import mae, rmse


def test_by_hand():
    predicted, actual = np.array([1.0, 3.0, 5.0, 2.0]), np.array([1, 4, 3, 2], dtype=np.float32)
    assert rmse(predicted, actual) == pytest.approx(np.sqrt((0 + 1 + 4 + 0) / 4))
    assert mae(predicted, actual) == pytest.approx((0 + 1 + 2 + 0) / 4)
    assert (rmse(actual, actual), mae(actual, actual)) == (0, 0)


def test_they_are_plain_numbers():
    for error in (rmse, mae):
        assert type(error(np.float32([1, 2]), np.float32([2, 4]))) is float
