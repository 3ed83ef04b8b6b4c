"""What the rankers that go by a user's history share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from towhee_recsys.protocols.task import Task

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


def training_history(task: Task) -> csr_matrix:
    """The training stars, float32[users, items]."""
    return task.train.matrix(task.users, task.items)


def weighted(history: csr_matrix, task: Task) -> csr_matrix:
    """The stars as weights, the highest of the training being 1."""
    top = np.abs(task.train.values).max(initial=0) or np.float32(1)
    return _with_values(history, history.data / top)


def likes(history: csr_matrix, task: Task) -> csr_matrix:
    """A 1 for each liked item; nothing is stored for the others."""
    liked = _with_values(history, history.data >= task.liked)
    liked.eliminate_zeros()
    return liked


def with_fallback(scores: np.ndarray, history: csr_matrix, general: np.ndarray) -> np.ndarray:
    """`scores` as float32[n, items]; of users whose `history` stores nothing the `general` line, [items]."""
    told = np.diff(history.indptr) > 0
    return np.where(told[:, None], scores, general).astype(np.float32, copy=False)


def _with_values(history: csr_matrix, values: np.ndarray) -> csr_matrix:
    from scipy.sparse import csr_matrix

    parts = (values.astype(np.float32), history.indices.copy(), history.indptr.copy())
    return csr_matrix(parts, shape=history.shape)
