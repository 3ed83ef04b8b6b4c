"""The stores and indexes that a process has opened, by their addresses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from towhee_recsys.config.milvus import MilvusConfig
from towhee_recsys.errors import IndexMismatchError
from towhee_recsys.stores.vectors.index import VectorIndex
from towhee_recsys.stores.vectors.memory import SCHEME, MemoryStore
from towhee_recsys.stores.vectors.milvus import MilvusConnections
from towhee_recsys.stores.vectors.milvus.connect import check_uri as check_milvus_uri
from towhee_recsys.stores.vectors.milvus.connect import file_of, milvus_address
from towhee_recsys.stores.vectors.protocol import VectorStore
from towhee_recsys.stores.vectors.versions import REBUILD
from towhee_recsys.support.forks import new_lock
from towhee_recsys.support.urls import shown_url


class Connections:
    """Opens each store and each index once. Safe under threads."""

    def __init__(self) -> None:
        self._milvus = MilvusConnections()
        self._memory: dict[str, MemoryStore] = {}
        self._indexes: dict[tuple[int, str], VectorIndex] = {}
        self._lock = new_lock(reentrant=True)

    def store(self, uri: str, access: Mapping[str, Any] | None = None) -> VectorStore:
        """The store at `uri`, as of `open_index`."""
        with self._lock:
            if uri.startswith(SCHEME):
                return self._memory.setdefault(uri, MemoryStore(uri))
            return self._milvus.store(uri, access)

    def index(self, uri: str, collection: str, access: Mapping[str, Any] | None = None) -> VectorIndex:
        """The index called `collection` at `uri`, as of `open_index`."""
        with self._lock:
            store = self.store(uri, access)
            return self._indexes.setdefault((id(store), collection), VectorIndex(store, collection))


_process = Connections()
"""The open stores and indexes of this process: a Milvus Lite file can be open only once."""


def open_index(
    uri: str, collection: str, access: Mapping[str, Any] | None = None, *, create: bool = True
) -> VectorIndex:
    """The index called `collection` at `uri`: one object a process.

    Args:
        uri: A Milvus Lite file, which ends in .db; a Milvus server, http(s)://host:port/database; or memory://NAME, a
            store in memory that this process shares by its name.
        collection: The name of the index.
        access: token, user, password, tls and timeout of a server, as `milvus.access` in a config has them; texts in
            it may have `${env:NAME}`.
        create: Whether a Milvus Lite file that does not exist is created.

    Raises:
        ConfigError: wrong settings.
        IndexMismatchError: the Milvus Lite file does not exist, and `create` is false.
        QueryError: a wrong name.
        StoreError: the store cannot be reached or opened.
    """
    if not create:
        check_uri(uri, access)
        if (file := file_of(uri)) is not None and not file.exists():
            raise IndexMismatchError(
                f"milvus.uri {shown_url(uri)!r} does not exist: collection {collection!r} holds no index yet. {REBUILD}"
            )
    return _process.index(uri, collection, access)


def index_of(config: MilvusConfig, *, create: bool = True) -> VectorIndex:
    """The index that the section `milvus` of a config names; `create` is that of `open_index`.

    Raises:
        ConfigError: wrong settings.
        IndexMismatchError: the Milvus Lite file does not exist, and `create` is false.
        QueryError: a wrong name.
        StoreError: the store cannot be reached or opened.
    """
    return open_index(config.uri, config.collection, config.access.model_dump(), create=create)


def open_store(uri: str, access: Mapping[str, Any] | None = None) -> VectorStore:
    """The store at `uri`, with the arguments of `open_index`.

    Raises:
        ConfigError: wrong settings.
        StoreError: the store cannot be reached or opened.
    """
    return _process.store(uri, access)


def check_uri(uri: str, access: Mapping[str, Any] | None = None) -> None:
    """Checks the URI of a store; nothing is opened, created or reached.

    Raises:
        ConfigError: wrong settings.
        StoreError: it is neither a Milvus Lite file nor a server, or does not go with `access`.
    """
    if not uri.startswith(SCHEME):
        check_milvus_uri(uri, access)


def address_of(uri: str) -> str:
    """Where `uri` leads to: the absolute path of a file, or the address of a server without credentials.

    Raises:
        ConfigError: an environment variable in it is not set.
        StoreError: it is neither.
    """
    return uri if uri.startswith(SCHEME) else milvus_address(uri)


def is_shared(uri: str) -> bool:
    """Whether several processes can have the store at `uri` open: a server, but not a Milvus Lite file."""
    return not uri.startswith(SCHEME) and file_of(uri) is None
