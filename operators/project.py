"""Unit vectors of items to places on a map."""

from __future__ import annotations

from typing import Any

import numpy as np
from towhee import register

from towhee_recsys.model.embeddings import as_embeddings


@register(name="towhee_recsys/project")
class Project:
    """The unit vectors of one item, float32[dim], or of several, float32[n, dim], to places: int16[2] or int16[n, 2].

        .map("vectors", "places", ops.towhee_recsys.project(model_dir="artifacts/shop/model"))

    The plane is that in which the items of the training data differ most.

    Raises:
        BundleError: there is no model in `model_dir` that can be used; when the operator is built.
        QueryError: these are no vectors; when it is called.
    """

    def __init__(self, model_dir: str):
        from towhee_recsys.bundle import item_plane, load_bundle

        self._plane = item_plane(load_bundle(model_dir))

    def __call__(self, vectors: Any) -> np.ndarray:
        """The places of `vectors`."""
        return self._plane.places(as_embeddings(vectors).search)
