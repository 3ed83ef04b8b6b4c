"""Keyed stores: texts by version and key, or by version, group and key, in SQLite, Redis or MySQL.

The catalogue, the history and the projection are kept in the former, the feedback in the latter.
"""

from towhee_recsys.stores.keyed.keys import as_id, id_of, key_of
from towhee_recsys.stores.keyed.opening import check_url, open_groups, open_keyed
from towhee_recsys.stores.keyed.protocol import GroupedStore, KeyedStore
from towhee_recsys.stores.keyed.versioned import Versioned

__all__ = [
    "GroupedStore",
    "KeyedStore",
    "Versioned",
    "as_id",
    "check_url",
    "id_of",
    "key_of",
    "open_groups",
    "open_keyed",
]
