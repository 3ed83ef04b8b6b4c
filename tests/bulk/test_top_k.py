"""The highest scores of each row, against a sort of all of them."""

from __future__ import annotations

import numpy as np
import pytest

from towhee_recsys.bulk.items import Items
from towhee_recsys.bulk.scoring import Scorer
from towhee_recsys.bulk.top_k import NONE, highest
from towhee_recsys.model.embeddings import Embeddings
from towhee_recsys.requests import Request


def sorted_out(scores: np.ndarray, count: int) -> list[list[int]]:
    order = np.argsort(-scores, axis=1, kind="stable")[:, :count]
    return [[column for column in row if np.isfinite(own[column])] for own, row in zip(scores, order, strict=True)]


def by_row(found, rows: int) -> list[list[int]]:
    return [found.columns[found.rows == row].tolist() for row in range(rows)]


@pytest.mark.parametrize("columns", [1, 9, 10, 11, 100, 1001])
@pytest.mark.parametrize("count", [1, 10])
@pytest.mark.parametrize("values", [3, 10**6])
def test_the_first_of_equal_scores_come_first_and_missing_ones_are_left_out(columns, count, values):
    rng = np.random.default_rng(columns)
    scores = rng.integers(values, size=(7, columns)).astype(np.float32)
    scores[rng.random(scores.shape) < 0.2] = -np.inf
    scores[0] = -np.inf
    assert by_row(highest(scores, count), 7) == sorted_out(scores, count)


@pytest.mark.parametrize("part", [1, 7, 300])
def test_columns_may_come_in_parts(part):
    scores = np.random.default_rng(0).integers(40, size=(5, 1000)).astype(np.float32)
    found = NONE
    for first in range(0, 1000, part):
        found = highest(np.ascontiguousarray(scores[:, first : first + part]), 10, first, found)
    assert by_row(found, 5) == sorted_out(scores, 10)
    assert found.places.tolist() == [*range(10)] * 5


def test_more_items_than_one_product_has_are_scored_alike(monkeypatch):
    rng = np.random.default_rng(0)
    vectors, users = (unit(rng.standard_normal((size, 16)).astype(np.float32)) for size in (2000, 1100))
    items, known = Items(np.arange(2000) * 2, vectors), np.arange(1100) % 5 > 0
    popular = {int(key): 1 - rank / 10 for rank, key in enumerate(rng.permutation(2000)[:5] * 2)}
    without = {user: rng.permutation(2000)[:50] * 2 for user in range(0, 1100, 3)}
    left_out = np.repeat([*without], 50), np.concatenate([*without.values()])
    whole = Scorer(items, popular, Request(10))(Embeddings(users), known, left_out, [6, 8])
    monkeypatch.setattr("towhee_recsys.bulk.scoring.ITEMS", 128)
    parts = Scorer(items, popular, Request(10))(Embeddings(users), known, left_out, [6, 8])
    assert parts.items.tolist() == whole.items.tolist()
    np.testing.assert_allclose(parts.scores, whole.scores, atol=1e-6)
    assert not {6, 8} & {*whole.items.tolist()}
    assert all(not {*ids} & {*whole.items[whole.users == user]} for user, ids in without.items())


def unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
