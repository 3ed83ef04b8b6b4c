"""The way to a Milvus Lite file or a Milvus server."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from towhee_recsys.config import expand_env, load_section
from towhee_recsys.config.milvus import AccessConfig, FlatIndex, lite_lacks
from towhee_recsys.errors import StoreError
from towhee_recsys.stores.vectors.milvus.connection import Milvus, no_fork
from towhee_recsys.stores.vectors.milvus.errors import cause
from towhee_recsys.stores.vectors.milvus.kinds import LiteStore, ServerStore
from towhee_recsys.stores.vectors.milvus.lite import LiteFiles, check_file
from towhee_recsys.stores.vectors.milvus.lite_calls import LiteMilvus
from towhee_recsys.stores.vectors.milvus.lite_file import LiteFile
from towhee_recsys.stores.vectors.milvus.server import checked_url, server_client
from towhee_recsys.support.forks import new_lock
from towhee_recsys.support.urls import shown_url

PATIENT = 300.0
"""Seconds that a call to a temporary file may take: an index over many vectors takes long to build."""


class MilvusConnections:
    """Connects to each Milvus once for each way of access. Safe under threads."""

    def __init__(self) -> None:
        self._stores: dict[tuple[str, AccessConfig], LiteStore | ServerStore] = {}
        self._files = LiteFiles()
        self._lock = new_lock()

    def store(self, uri: str, access: Mapping[str, Any] | None = None) -> LiteStore | ServerStore:
        """The store at `uri`: a path that ends in .db, or http(s)://host:port/database.

        `access` holds token, user, password, tls and timeout, as `milvus.access` in a config does; texts in it may have
        `${env:NAME}`.

        Raises:
            ConfigError: wrong settings.
            StoreError: the store cannot be reached or opened.
        """
        address, access_ = _expanded(uri), _with_secrets(_checked(access))
        with no_fork(shown_url(uri)), self._lock:
            if (address, access_) not in self._stores:
                self._stores[address, access_] = self._connect(address, access_, shown_url(uri))
            return self._stores[address, access_]

    def _connect(self, address: str, access: AccessConfig, shown: str) -> LiteStore | ServerStore:
        if _is_url(address):
            url = checked_url(address, access, shown)
            return ServerStore(Milvus(server_client(url, access, shown), access.timeout, shown))
        if why := lite_lacks(access, FlatIndex()):
            raise StoreError(f"milvus.uri {shown!r}: {why}.")
        return LiteStore(LiteMilvus(self._files.file(Path(address), shown, access.timeout), access.timeout, shown))


def check_uri(uri: str, access: Mapping[str, Any] | None = None) -> None:
    """Raises what `MilvusConnections.store` would raise for a wrong uri; nothing is opened, made or reached."""
    address, access_ = _expanded(uri), _with_secrets(_checked(access))
    if _is_url(address):
        checked_url(address, access_, shown_url(uri))
    else:
        check_file(Path(address), shown_url(uri))


def _is_url(address: str) -> bool:
    """Whether it is a URL, be it misspelt: a file would be made of `http:/...`, with a password in its name."""
    return re.match(r"[A-Za-z][\w+.-]*:", address) is not None


def file_of(uri: str) -> Path | None:
    """The Milvus Lite file at `uri`; None where it is a server."""
    address = _expanded(uri)
    return None if _is_url(address) else Path(address)


def milvus_address(uri: str) -> str:
    """The absolute path of the file at `uri`, or the address of the server, without credentials.

    Raises:
        ConfigError: an environment variable in it is not set.
        StoreError: it is neither.
    """
    address = _expanded(uri)
    return checked_url(address, AccessConfig(), shown_url(uri)).address if _is_url(address) else address


def _checked(access: Mapping[str, Any] | None) -> AccessConfig:
    checked: AccessConfig = load_section("milvus.access", AccessConfig, access or {})
    return checked


def _expanded(uri: str) -> str:
    full = expand_env(uri)
    if "\0" in full:
        raise StoreError("milvus.uri has a NUL character; write it without one.")
    if _is_url(full):
        return full
    try:
        return str(Path(full).expanduser().resolve())
    except FileNotFoundError:
        why = "the working folder does not exist any more. Change to another one"
    except (OSError, RuntimeError, ValueError) as error:  # links in a circle, no home
        why = f"{cause(error)}. Name another file"
    raise StoreError(f"milvus.uri {shown_url(uri)!r} is no path of a file: {why}.")


def _with_secrets(access: AccessConfig) -> AccessConfig:
    secrets = access.model_dump(include={"token", "user", "password"}, exclude_none=True)
    return access.model_copy(update={name: expand_env(text) for name, text in secrets.items()})


@contextmanager
def temporary_lite_store() -> Iterator[LiteStore]:
    """A Milvus Lite file that is removed afterwards.

    Raises:
        StoreError: it cannot be opened.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        file = LiteFile(Path(folder).resolve() / "temporary.db", PATIENT)
        try:
            store = LiteStore(LiteMilvus(file, PATIENT, "a temporary file"))
            store.names()
            yield store
        finally:
            file.close()
