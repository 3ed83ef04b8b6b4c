"""Rollback to the previous build, with its model, its facts and its histories."""

from __future__ import annotations

from towhee_recsys.config import Config, load_config
from towhee_recsys.lifecycle.parts import other_parts
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.vectors import IndexRecord, index_of, rollback


def rollback_index(config: Config | str) -> IndexRecord:
    """Makes the previous build live again, with all that was published with it, and returns its record.

    It is one step: a kill leaves the one or the other. The model in `model.dir`, which may be a newer one, stays there.

    Raises:
        IndexMismatchError: there is no previous build, or a part of it is missing; nothing has changed.
        StoreError: a store fails.
    """
    config = load_config(config)
    return rollback(index_of(config.milvus, create=False), open_catalogue(config.catalogue), other_parts(config))
