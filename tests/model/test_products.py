"""Products in parts are those of NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from towhee_recsys.model.products import SMALL, times_vector, weighted_sum


@pytest.mark.parametrize("shape", [(0, 8), (1, 8), (31, 256), (32, 256), (1000, 256), (5, SMALL + 1), (9, SMALL // 2)])
def test_products_are_those_of_numpy(shape):
    random = np.random.default_rng(0)
    matrix = random.normal(size=shape).astype(np.float32)
    vector, weights = (random.normal(size=size).astype(np.float32) for size in (shape[1], shape[0]))
    found = times_vector(matrix, vector), weighted_sum(weights, matrix)
    assert [each.dtype for each in found] == [np.float32] * 2
    assert found[0] == pytest.approx(matrix @ vector, abs=1e-3)
    assert found[1] == pytest.approx(weights @ matrix, abs=1e-3)
