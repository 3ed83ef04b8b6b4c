"""Items out of the live index and its catalogue."""

from __future__ import annotations

from collections.abc import Sequence

from towhee_recsys.config import Config, load_config
from towhee_recsys.data.items import IdType
from towhee_recsys.lifecycle.parts import index_of
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.vectors import Id, delete_live


def id_type_of_index(config: Config | str) -> IdType:
    """The type of the ids of the live index. Raises IndexMismatchError where there is none, StoreError."""
    index = index_of(load_config(config))
    return index.live_in(index.versions(newest=True)).id_type


def delete_items(config: Config | str, ids: Sequence[Id]) -> int:
    """Deletes items from the live index and returns how many of `ids` were there; from then on nobody gets them.

    Vectors go before facts, so a reader never finds an item without facts; a killed call can be repeated. Builds that
    are kept still have them, and the next indexing adds what the dataset has.

    Raises:
        QueryError: an id is not of the index's type.
        IndexMismatchError: there is no index, or it is not whole.
        StoreError: a store fails.
    """
    config = load_config(config)
    index, catalogue = index_of(config), open_catalogue(config.catalogue)
    with index.writing:
        build = index.live().build
        deleted = delete_live(index, ids)
        catalogue.delete(ids, build)
    return deleted
