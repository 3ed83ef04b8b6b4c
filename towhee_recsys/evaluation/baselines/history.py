"""Users' histories as matrices, for the rankers that use them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from towhee_recsys.protocols.task import Task

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


def training_history(task: Task) -> csr_matrix:
    """The values of the training part, float32[users, items]."""
    return task.train.matrix(task.users, task.items)


def scaled(history: csr_matrix, task: Task) -> csr_matrix:
    """The history with values scaled so that the highest of the training is 1."""
    top = np.abs(task.train.values).max(initial=0) or np.float32(1)
    return _with_values(history, history.data / top)


def likes(history: csr_matrix, task: Task) -> csr_matrix:
    """A 1 for each liked item; nothing is stored for the others."""
    liked = _with_values(history, history.data >= task.liked)
    liked.eliminate_zeros()
    return liked


def with_fallback(scores: np.ndarray, history: csr_matrix, fallback: np.ndarray) -> np.ndarray:
    """`scores` as float32[n, items]; for users with an empty `history` the `fallback` scores, [items]."""
    has_any = np.diff(history.indptr) > 0
    return np.where(has_any[:, None], scores, fallback).astype(np.float32, copy=False)


def _with_values(history: csr_matrix, values: np.ndarray) -> csr_matrix:
    from scipy.sparse import csr_matrix

    parts = (values.astype(np.float32), history.indices.copy(), history.indptr.copy())
    return csr_matrix(parts, shape=history.shape)
