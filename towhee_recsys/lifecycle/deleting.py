"""Deleting items from the live index and its catalogue."""

from __future__ import annotations

from collections.abc import Sequence

from towhee_recsys.config import Config, load_config
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.vectors import Id, delete_live, index_of


def delete_items(config: Config | str, ids: Sequence[Id]) -> int:
    """Deletes items from the live index and returns how many of `ids` were there; they are no longer recommended.

    Vectors go before facts, so a reader never finds an item without facts; a killed call can be repeated. Builds that
    are kept still have them, and the next indexing adds what the dataset has.

    Raises:
        QueryError: an id is not of the index's type.
        IndexMismatchError: there is no index, or it is not whole.
        StoreError: a store fails.
    """
    config = load_config(config)
    index, catalogue = index_of(config.milvus, create=False), open_catalogue(config.catalogue)
    with index.writing:
        build = index.live().build
        deleted = delete_live(index, ids)
        catalogue.delete(ids, build)
    return deleted
