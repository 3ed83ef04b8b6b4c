"""Embeddings to unit vectors."""

from __future__ import annotations

from typing import Any

from towhee import register

from towhee_recsys.model.embeddings import normalize


@register(name="towhee_recsys/normalize")
class Normalize:
    """One vector float32[dim], or several float32[n, dim], to length 1 (L2), so that inner product is cosine.

        .map("vector", "vector", ops.towhee_recsys.normalize())

    Raises:
        QueryError: a vector is zero or not finite; when it is called.
    """

    def __call__(self, vectors: Any) -> Any:
        """The unit vectors."""
        return normalize(vectors)
