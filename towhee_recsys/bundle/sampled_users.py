"""A sample of a dataset's users as a model searches for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

SAMPLE = 400
"""Users of the sample, where there are as many."""


@dataclass(frozen=True)
class SampledUsers:
    """Users of a `dataset`, a declaration as in a config with its `tables`, by the model in `model_dir`."""

    model_dir: str
    dataset: Mapping[str, Any]
    tables: Mapping[str, Any] | None = None

    def vectors(self) -> np.ndarray | None:
        """Unit vectors float32[n, dim] of 400 users, or of all where there are fewer; None without users.

        The same users each time. Raises BundleError, ConfigError or DatasetError.
        """
        from towhee_recsys.bundle import UserEncoder, load_bundle
        from towhee_recsys.data import declared, read_dataset, records
        from towhee_recsys.model.embeddings import normalize

        users = read_dataset(declared({**self.dataset, "tables": dict(self.tables or {})})).users
        if not len(users):
            return None
        drawn = users.sample(min(len(users), SAMPLE), random_state=0)
        encoder = UserEncoder(load_bundle(self.model_dir), "general")
        return np.asarray(normalize(encoder(records(drawn))), np.float32)
