"""Embeddings made by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from towhee_recsys.model.embeddings import Embeddings, ModelRef


def embeddings(array: Any, model: ModelRef | None = None, rating: Any = None) -> Embeddings:
    """`array` and `rating` as float32 embeddings of `model`."""
    rated = None if rating is None else np.asarray(rating, dtype=np.float32)
    return Embeddings(np.asarray(array, dtype=np.float32), rated, model)
