"""A store in memory whose searches read a part of the rows, as IVF does."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from towhee_recsys.config.milvus import IndexType
from towhee_recsys.stores.vectors.filters import Filter
from towhee_recsys.stores.vectors.index_types import EXACT, search_settings
from towhee_recsys.stores.vectors.memory import MemoryStore
from towhee_recsys.stores.vectors.rows import Id


class PartialStore(MemoryStore):
    """A search with an IVF index reads the `nprobe` clusters whose centres are nearest to the query.

    The first `nlist` rows are the centres, and each row is in the cluster of the nearest one.
    """

    def __init__(self) -> None:
        super().__init__()
        self.searched: list[int] = []
        """The `nprobe` of each search."""

    def search(
        self,
        name: str,
        queries: np.ndarray,
        limit: int,
        index: IndexType = EXACT,
        without: Collection[Id] = (),
        where: Filter | None = None,
        latest: bool = False,
    ) -> list[list[tuple[Id, float]]]:
        """For each query float32[n, dim] the ids and inner products of the nearest rows of the clusters it reads."""
        nprobe = search_settings(index, limit).get("nprobe")
        if nprobe is None:
            return super().search(name, queries, limit, index, without, where, latest)
        self.searched.append(nprobe)
        _, held = self._build(name)
        centres = held.vectors[: index.nlist]
        clusters = np.argmax(_products(held.vectors, centres), axis=1)
        found = []
        for query, near in zip(queries, _products(queries, centres), strict=True):
            read = np.argsort(-near, kind="stable")[:nprobe]
            rows = np.flatnonzero(np.isin(clusters, read))
            scores = held.vectors[rows] @ query
            best = np.argsort(-scores)[:limit]
            found.append(list(zip(held.ids[rows[best]].tolist(), scores[best].tolist(), strict=True)))
        return found


def _products(vectors: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """The inner products float32[n, centres]: equal ones for equal centres, which a BLAS does not promise."""
    return np.einsum("nd,cd->nc", vectors, centres)
