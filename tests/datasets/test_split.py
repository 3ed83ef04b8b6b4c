from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from towhee_recsys.datasets import split_ratings
from towhee_recsys.errors import DatasetError

shares = st.floats(0.001, 0.499)
seeds = st.integers(0, 2**32 - 1)


@given(count=st.integers(3, 500), validation=shares, test=shares, seed=seeds)
def test_parts_are_disjoint_and_cover_everything(count, validation, test, seed):
    split = split_ratings(count, validation, test, seed)
    parts = [split.train, split.validation, split.test]
    assert all(len(part) >= 1 and part.dtype == np.int64 and (np.diff(part) > 0).all() for part in parts)
    assert np.array_equal(np.sort(np.concatenate(parts)), np.arange(count))


@given(count=st.integers(3, 500), seed=seeds)
def test_same_seed_same_split(count, seed):
    one, other = split_ratings(count, 0.2, 0.2, seed), split_ratings(count, 0.2, 0.2, seed)
    assert np.array_equal(one.train, other.train)
    assert np.array_equal(one.validation, other.validation)
    assert np.array_equal(one.test, other.test)


@given(seeds=st.lists(seeds, min_size=2, max_size=2, unique=True))
def test_different_seeds_differ(seeds):
    one, other = (split_ratings(1000, 0.2, 0.2, seed) for seed in seeds)
    assert not np.array_equal(one.test, other.test)


def test_shares_are_of_all_ratings():
    split = split_ratings(1_000_209, validation=0.05, test=0.1, seed=42)
    assert (len(split.validation), len(split.test)) == (50_010, 100_021)


def test_table_splits_as_its_length():
    table = pd.DataFrame({"rating": range(50)})
    assert np.array_equal(split_ratings(table, 0.1, 0.1, 7).test, split_ratings(50, 0.1, 0.1, 7).test)


def test_no_part_is_empty_even_where_shares_would_take_all():
    split = split_ratings(3, validation=0.6, test=0.3, seed=0)
    assert [len(split.train), len(split.validation), len(split.test)] == [1, 1, 1]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few_ratings(count):
    with pytest.raises(DatasetError, match=f"{count} ratings cannot be split .* give at least 3"):
        split_ratings(count, 0.1, 0.1, 0)
