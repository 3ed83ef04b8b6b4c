"""The way to a Milvus Lite file or a Milvus server, one connection a process."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from towhee_recsys.config import expand_env, load_config
from towhee_recsys.config.milvus import AccessConfig, FlatIndex, lite_lacks
from towhee_recsys.errors import StoreError
from towhee_recsys.stores.vectors.milvus.connection import Milvus
from towhee_recsys.stores.vectors.milvus.lite import check_file, lite_client
from towhee_recsys.stores.vectors.milvus.server import check_address, server_client

_connected: dict[tuple[str, AccessConfig], Milvus] = {}
_lock = threading.Lock()


def connect(uri: str, access: Mapping[str, Any] | None = None) -> Milvus:
    """The Milvus at `uri`, connected once a process: a path that ends in .db, or http(s)://host:port/database.

    `access` holds token, user, password, tls and timeout, as `milvus.access` in a config does; texts in it may have
    `${env:NAME}`. Raises ConfigError for settings that are none, StoreError for what cannot be reached or opened.
    """
    address, access_ = _expanded(uri), _with_secrets(_checked(access))
    with _lock:
        if (address, access_) not in _connected:
            _connected[address, access_] = _connect(address, access_, uri)
        return _connected[address, access_]


def check_uri(uri: str, access: Mapping[str, Any] | None = None) -> None:
    """Raises what `connect` would raise for a uri that cannot be one; nothing is opened, made or reached."""
    address, access_ = _expanded(uri), _with_secrets(_checked(access))
    if "://" in address:
        check_address(address, access_, shown(uri))
    else:
        check_file(Path(address), uri)


def shown(uri: str) -> str:
    """`uri` as it was written, without user and password."""
    return re.sub(r"(?<=://).*@", "", uri)


def _checked(access: Mapping[str, Any] | None) -> AccessConfig:
    return load_config({"milvus": {"uri": "http://any", "access": access or {}}}).milvus.access


def _expanded(uri: str) -> str:
    full = expand_env(uri)
    return full if "://" in full else str(Path(full).expanduser().resolve())


def _with_secrets(access: AccessConfig) -> AccessConfig:
    secrets = access.model_dump(include={"token", "user", "password"}, exclude_none=True)
    return access.model_copy(update={name: expand_env(text) for name, text in secrets.items()})


def _connect(address: str, access: AccessConfig, uri: str) -> Milvus:
    if "://" in address:
        check_address(address, access, shown(uri))
        return Milvus(server_client(address, access, shown(uri)), access.timeout, False, shown(uri))
    if why := lite_lacks(access, FlatIndex()):
        raise StoreError(f"milvus.uri {uri!r}: {why}.")
    return Milvus(lite_client(Path(address), uri, access.timeout), access.timeout, True, uri)
