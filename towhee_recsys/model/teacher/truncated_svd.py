"""The truncated singular value decomposition of a sparse matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


def damped(matrix: csr_matrix, power: float) -> csr_matrix:
    """`matrix` with each cell divided by the numbers of stored cells in its row and in its column, to a `power`."""
    from scipy.sparse import diags

    rows, columns = np.diff(matrix.indptr), np.bincount(matrix.indices, minlength=matrix.shape[1])
    left, right = (np.maximum(1, count) ** np.float32(-power) for count in (rows, columns))
    return (diags(left) @ matrix @ diags(right)).astype(np.float32).tocsr()


def truncated_svd(matrix: csr_matrix, rank: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The largest singular values, at most `rank`, with their vectors: float32[n, k], float32[k], float32[m, k].

    Fewer are there where the matrix has no more. Nothing is drawn, and each vector's sign is arbitrary.
    """
    from scipy.sparse.linalg import svds

    smaller = min(matrix.shape)
    if not rank or not matrix.data.any():
        left, values, right = (np.zeros(shape, np.float32) for shape in ((matrix.shape[0], 0), 0, (0, matrix.shape[1])))
    elif smaller <= 3 * rank:  # the iterations of `svds` are for a small part of the values
        left, values, right = np.linalg.svd(matrix.toarray(), full_matrices=False)
    else:
        left, values, right = svds(matrix, k=rank, v0=np.ones(smaller, np.float32))
    order = np.argsort(-values)[:rank]
    order = order[values[order] > 1e-5 * values.max(initial=0)]
    return left[:, order], values[order], right[order].T
