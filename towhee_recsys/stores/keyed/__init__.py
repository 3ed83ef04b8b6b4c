"""Keyed stores: texts by version and key, in SQLite, Redis or MySQL. The catalogue and the history are kept in them."""

from towhee_recsys.stores.keyed.keys import as_id, id_of, key_of
from towhee_recsys.stores.keyed.opening import check_url, open_keyed
from towhee_recsys.stores.keyed.protocol import KeyedStore
from towhee_recsys.stores.keyed.versioned import Versioned

__all__ = ["KeyedStore", "Versioned", "as_id", "check_url", "id_of", "key_of", "open_keyed"]
