"""Each rule of cleaning against its definition, written with pandas."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.interactions import same
from towhee_recsys.data import Interactions
from towhee_recsys.data.cleaning import k_core, merged, within
from towhee_recsys.data.decay import decayed

VALUES = st.sampled_from([-1.0, -0.5, 0.25, 0.5, 1.0, 3.0])
ROWS = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 5), VALUES, st.integers(-9, 9)),
    max_size=40,
)
LEAST = st.integers(1, 4)


def interactions(rows: list[tuple[int, int, float, int]]) -> Interactions:
    return Interactions.of(*(zip(*rows, strict=True) if rows else ([], [], [], [])))


def frame(given: Interactions) -> pd.DataFrame:
    return pd.DataFrame({"user": given.users, "item": given.items, "value": given.values, "time": given.times})


def rows(given: Interactions) -> list[list[Any]]:
    return frame(given).to_numpy().tolist()


@settings(deadline=None)
@given(ROWS, LEAST, LEAST)
def test_a_core_has_what_it_needs_and_nothing_can_be_added(data, least_of_user, least_of_item):
    pairs = frame(interactions(data)).drop_duplicates(["user", "item"])
    once = interactions(list(pairs.itertuples(index=False)))
    kept = k_core(once, least_of_user, least_of_item)
    core = frame(once.at(kept))
    assert (core.groupby("user").size() >= least_of_user).all()
    assert (core.groupby("item").size() >= least_of_item).all()
    assert kept.tolist() == peeled(pairs, least_of_user, least_of_item), "the largest such part: one row at a time"


def peeled(pairs: pd.DataFrame, least_of_user: int, least_of_item: int) -> list[int]:
    """The rows of the core: while there is a user or an item with too few, one of its rows is taken away."""
    left = pairs.reset_index(drop=True)
    while True:
        few = (left.groupby("user")["user"].transform("size") < least_of_user) | (
            left.groupby("item")["item"].transform("size") < least_of_item
        )
        if not few.any():
            return left.index.tolist()
        left = left.drop(few.idxmax())


def test_a_core_is_taken_again_until_it_is_stable():
    chain = interactions([(user, item, 1.0, 0) for user in range(9) for item in (user, user + 1)])
    assert len(k_core(chain, 2, 2)) == 0, "each round takes the ends of the chain"
    assert len(k_core(chain, 2, 1)) == len(k_core(chain, 1, 1)) == 18


@settings(deadline=None)
@given(ROWS, st.sampled_from(["first", "last", "max", "sum", "mean"]))
def test_a_pair_comes_once(data, rule):
    given = interactions(data)
    before = deepcopy(given)
    found = merged(given, rule)
    assert same(before, given), "it stays as it was"
    assert (found.users.dtype, found.values.dtype, found.times.dtype) == (np.int32, np.float32, np.int64)
    assert rows(found) == one_by_one(frame(given), rule)
    assert same(merged(found, rule), found)


def one_by_one(table: pd.DataFrame, rule: str) -> list[list[Any]]:
    """The pairs in the order in which they first come, each by the rule."""
    found = []
    for (user, item), own in table.groupby(["user", "item"], sort=False):
        own = own.sort_values("time", kind="stable")
        row = {"first": own.iloc[0], "max": own.sort_values("value", kind="stable").iloc[-1]}.get(rule, own.iloc[-1])
        value = own["value"].agg(rule) if rule in ("sum", "mean") else row["value"]
        found.append([user, item, np.float32(value), row["time"]])
    return found


@settings(deadline=None)
@given(ROWS, st.sampled_from([None, -0.5, 0.25, 2]), st.sampled_from([None, -0.5, 0.25, 2]))
def test_an_interval_has_both_ends(data, lowest, highest):
    values = interactions(data).values
    kept = [(lowest is None or value >= lowest) and (highest is None or value <= highest) for value in values]
    assert within(values, (lowest, highest)).tolist() == kept


@settings(deadline=None)
@given(ROWS, st.sampled_from([1.0, 2.5, 1000.0]), st.integers(0, 20))
def test_weights_that_are_added_up_and_then_decay_are_those_of_the_events(data, half_life, later):
    """A sum is what remains at the time of its last event, so that it can decay on from there."""
    given = interactions([*data, (9, 9, 1.0, 9 + later)])
    now = given.times.max()
    table = frame(given).assign(value=given.values * 2.0 ** ((given.times - now) / half_life))
    expected = table.groupby(["user", "item"], sort=False)["value"].sum()
    found = decayed(merged(given, "sum", half_life), half_life)
    assert found.values == pytest.approx(expected.to_numpy(), rel=1e-4, abs=1e-6)


def test_a_weight_halves_in_each_half_life_before_the_newest_interaction():
    given = interactions([(0, 0, 8.0, 0), (0, 1, 8.0, 100), (1, 0, -8.0, 200), (1, 1, 1.0, 300)])
    assert decayed(given, 100).values.tolist() == [1.0, 2.0, -4.0, 1.0]
    assert decayed(given, None) is given
    assert decayed(interactions([(0, 0, 8.0, -(10**11)), (0, 1, 1.0, 10**11)]), 1).values.tolist() == [0.0, 1.0]


def test_the_last_event_decides_what_is_left_of_earlier_ones():
    events = interactions([(0, 0, 1.0, 0), (1, 0, 1.0, 500), (0, 0, 1.0, 100), (0, 0, -0.5, 200)])
    assert rows(merged(events, "sum", 100)) == [[0, 0, 0.25, 200], [1, 0, 1, 500]]
    assert rows(merged(events, "sum")) == [[0, 0, 1.5, 200], [1, 0, 1, 500]]
