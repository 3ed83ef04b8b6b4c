"""A Milvus server, a cluster or a managed one: what its address may be, and how to connect."""

from __future__ import annotations

import ssl
from contextlib import suppress
from pathlib import Path
from typing import Any

from towhee_recsys.config.milvus import AccessConfig, TlsConfig
from towhee_recsys.errors import StoreError
from towhee_recsys.stores.vectors.milvus.connection import without_sparse
from towhee_recsys.stores.vectors.milvus.errors import cause, grpc_status, without_their_log
from towhee_recsys.support.urls import Url, split_url

_RECONNECT = {"grpc.initial_reconnect_backoff_ms": 200, "grpc.max_reconnect_backoff_ms": 1000}
"""A connection that is lost is tried again every second; gRPC alone would come to wait for two minutes."""


def checked_url(address: str, access: AccessConfig, shown: str) -> Url:
    """The URL of a server, which is not reached. Messages show `shown`, the address without secrets.

    Raises:
        StoreError: it is no such URL, or does not go with `access`.
    """
    url: Url | None = None
    with suppress(ValueError):
        url = split_url(address)
    if url is None or url.scheme not in ("http", "https"):
        raise StoreError(
            f"milvus.uri {shown!r} is neither a Milvus Lite file nor a server. "
            "Give a path that ends in .db, or http://host:19530, with https:// for TLS."
        )
    if access.tls != TlsConfig() and url.scheme != "https":
        raise StoreError(f"milvus.access.tls is given, but milvus.uri {shown!r} is without TLS. Write https://.")
    for name in ("ca_file", "cert_file", "key_file"):
        _check_readable(name, getattr(access.tls, name))
    return url


def server_client(url: Url, access: AccessConfig, shown: str) -> Any:
    """A client on a connection of its own; user and password of `access` take precedence over those of `url`.

    Raises:
        StoreError: no Milvus answers in time, or it refuses access.
    """
    import grpc
    from pymilvus import MilvusClient, MilvusException

    without_sparse()
    try:
        with without_their_log():
            client = MilvusClient(
                url.address,  # messages of pymilvus quote it
                user=access.user or url.user or "",
                password=access.password or url.password or "",
                token=access.token or "",
                timeout=access.timeout,
                dedicated=True,  # pymilvus would share what has the same address and token, whatever its TLS
                grpc_options=_RECONNECT,
                **_tls(access.tls, url.scheme == "https"),
            )
            client.list_collections(timeout=access.timeout)  # the first call that needs rights
    except (MilvusException, grpc.RpcError) as error:
        raise StoreError(_refusal(error, access, shown)) from error
    # gRPC reconnects by itself; pymilvus' own way has all threads wait for one another, each as long as `timeout`.
    client._handler._on_rpc_error = lambda error: False
    return client


def _tls(tls: TlsConfig, wanted: bool) -> dict[str, str]:
    """pymilvus' arguments; without `ca_file` the system's certificates, or else those that gRPC has, are trusted."""
    if not wanted:
        return {}
    authorities = tls.ca_file or ssl.get_default_verify_paths().cafile
    trusted = {"ca_pem_path": authorities, "client_pem_path": tls.cert_file, "client_key_path": tls.key_file}
    given = trusted if tls.cert_file else {"server_pem_path": authorities}
    return {key: str(Path(file).expanduser()) for key, file in given.items() if file} | (
        {"server_name": tls.server_name} if tls.server_name else {}
    )


def _check_readable(name: str, file: str | None) -> None:
    try:
        if file is not None:
            Path(file).expanduser().open("rb").close()
    except OSError as error:
        raise StoreError(
            f"milvus.access.tls.{name} {file!r} cannot be read: {error.strerror}. Name a PEM file."
        ) from error


def _refusal(error: Exception, access: AccessConfig, shown: str) -> str:
    origin = error.__cause__ or error  # pymilvus itself reports only that it could not connect
    why, status = cause(origin).rstrip("."), grpc_status(origin)
    if status == "UNAUTHENTICATED":
        return (
            f"Milvus at milvus.uri {shown!r} refuses this token, or user and password: {why}. "
            "Fix milvus.access, or the environment variables that it names."
        )
    if "CERTIFICATE_VERIFY_FAILED" in why or "Hostname Verification" in why:
        return (
            f"milvus.uri {shown!r} shows a certificate that is not trusted: {why}. Name its authority in "
            "milvus.access.tls.ca_file, and in server_name the name that it was made for when that is another."
        )
    if status == "DEADLINE_EXCEEDED":
        why = f"not within the {access.timeout:g} seconds of milvus.access.timeout"
    return (
        f"no Milvus answers at milvus.uri {shown!r}: {why}. "
        "Start it, or fix the address: https:// is for servers with TLS, http:// for those without."
    )
