"""The name under which the feedback of an index is kept."""

from __future__ import annotations

import hashlib

from towhee_recsys.stores.vectors import address_of


def index_name(uri: str, collection: str) -> str:
    """A name for the index `collection` at `uri`: it stays the same for all builds, and has no secret.

    A Milvus Lite file counts by its absolute path, a server by its address without credentials.

    Raises:
        ConfigError: an environment variable in the uri is not set.
        StoreError: the uri is not acceptable.
    """
    return f"{collection}__{hashlib.sha256(address_of(uri).encode()).hexdigest()[:16]}"
