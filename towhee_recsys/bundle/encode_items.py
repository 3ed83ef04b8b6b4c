"""Encoding lists of items in whichever process an engine does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from towhee_recsys.bundle.bundle import Bundle, load_bundle
from towhee_recsys.bundle.encoders import ItemEncoder
from towhee_recsys.features import Record


@dataclass(frozen=True)
class EncodeItems:
    """Records of items to raw vectors float32[n, dim]; the model in `model_dir` is loaded once in a process.

    Raises:
        BundleError: there is no model that can be used.
        QueryError: the model cannot encode a record.
    """

    model_dir: str

    def __call__(self, items: Sequence[Record]) -> np.ndarray:
        """The raw vectors of a list of items."""
        return _encoder(load_bundle(self.model_dir))(items).search


@lru_cache(maxsize=1)
def _encoder(bundle: Bundle) -> ItemEncoder:
    return ItemEncoder(bundle)
