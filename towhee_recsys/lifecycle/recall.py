"""How the recall of a build is measured: by searches of the dataset's users."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from towhee_recsys.config import DataSchema
from towhee_recsys.config.milvus import IndexType
from towhee_recsys.stores.vectors import EXACT, RecallTarget

USERS = 400
"""Users whose searches are measured, where there are as many."""


def recall_target(
    recall: float | None, index: IndexType, model_dir: str | Path | None = None, schema: DataSchema | None = None
) -> RecallTarget | None:
    """The target for a declared `recall` of a type of index; None where none is declared, or the index is exact.

    The queries are those of users of the dataset that `schema` declares, by the model in `model_dir`; without these, or
    without users, items search for themselves.

    Raises:
        BundleError: the model is damaged.
        DatasetError: the users cannot be read.
    """
    if recall is None or index == EXACT:
        return None
    return RecallTarget(recall, index, _user_vectors(model_dir, schema) if model_dir and schema else None)


def _user_vectors(model_dir: str | Path, schema: DataSchema) -> np.ndarray | None:
    """Unit vectors float32[n, dim] of the same users each time; None where the dataset has none."""
    from towhee_recsys.bundle import UserEncoder, load_bundle
    from towhee_recsys.data import read_dataset, records
    from towhee_recsys.model.embeddings import normalize

    users = read_dataset(schema).users
    if not len(users):
        return None
    drawn = users.sample(min(len(users), USERS), random_state=0)
    return np.asarray(normalize(UserEncoder(load_bundle(model_dir), "general")(records(drawn))), np.float32)
