"""The dataset as it was read, kept in files that the next reading maps into memory."""

from __future__ import annotations

from towhee_recsys.data.cache.keep import SMALLEST, keep_dataset
from towhee_recsys.data.cache.keys import key_of, states_of
from towhee_recsys.data.cache.load import load_dataset

__all__ = ["SMALLEST", "keep_dataset", "key_of", "load_dataset", "states_of"]
