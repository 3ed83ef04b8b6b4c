"""Texts by version and key in Redis: a hash for each version, a field for each key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from towhee_recsys.stores.keyed.address import StoreUrl
from towhee_recsys.stores.keyed.batches import READ_AT_ONCE, batches
from towhee_recsys.stores.keyed.keys import readable
from towhee_recsys.stores.keyed.kind import Server, StoreKind
from towhee_recsys.stores.keyed.redis_groups import RedisGroups
from towhee_recsys.stores.keyed.redis_server import RedisServer


class RedisStore:
    """A version is a hash, `towhee_recsys:<table>:<version>`, read by one HMGET and dropped by one UNLINK.

    The set `towhee_recsys:versions_of_<table>` has the names of all versions; some of them may have no hash any more.
    A step is a single command.
    """

    def __init__(self, address: StoreUrl, table: str):
        self.url, self._server = address.shown, RedisServer(address)
        self._rows, self._names = f"towhee_recsys:{table}", f"towhee_recsys:versions_of_{table}"

    def write(self, rows: Iterable[tuple[str, str]], version: str) -> None:
        """Adds rows to a version; each batch is one command."""
        for batch in batches(rows):
            with self._server.errors("written"), self._server.pipeline() as pipeline:
                pipeline.sadd(self._names, version)
                pipeline.hset(self._hash(version), mapping=dict(batch))
                pipeline.execute()

    def delete(self, keys: Sequence[str], version: str) -> None:
        """Removes rows from a version."""
        if keys:
            with self._server.errors("written"):
                self._server.client.hdel(self._hash(version), *keys)

    def read(self, keys: Sequence[str], version: str) -> dict[str, bytes | str]:
        """The texts of those of `keys` that a version has."""
        if not keys:
            return {}
        with self._server.errors("read"):
            texts: Any = self._server.client.hmget(self._hash(version), list(keys))
        return {key: text for key, text in zip(keys, texts, strict=True) if text is not None}

    def rows(self, version: str) -> Iterator[tuple[str, bytes | str]]:
        """All rows of a version; the keys are read at once, the texts in parts."""
        with self._server.errors("read"):
            known: Any = self._server.client.hkeys(self._hash(version))
        keys = [key.decode() for key in known]
        for first in range(0, len(keys), READ_AT_ONCE):
            yield from self.read(keys[first : first + READ_AT_ONCE], version).items()

    def count(self, version: str) -> int:
        """The number of rows in a version."""
        with self._server.errors("read"):
            rows: Any = self._server.client.hlen(self._hash(version))
        return int(rows)

    def versions(self) -> list[str]:
        """All versions, sorted by name: those that have a hash."""
        with self._server.errors("read"), self._server.pipeline() as pipeline:
            known: Any = self._server.client.smembers(self._names)
            names = readable(known)
            for name in names:
                pipeline.type(self._hash(name))
            return [name for name, kind in zip(names, pipeline.execute(), strict=True) if kind == b"hash"]

    def drop(self, version: str) -> None:
        """Removes all rows of a version in one step."""
        with self._server.errors("written"), self._server.pipeline() as pipeline:
            pipeline.unlink(self._hash(version))
            pipeline.srem(self._names, version)
            pipeline.execute()

    def state(self) -> None:
        """Not known without a round trip."""
        return None

    def _hash(self, version: str) -> str:
        return f"{self._rows}:{version}"


KIND = StoreKind(
    name="redis",
    schemes=("redis", "rediss"),
    accepted="redis://[USER:PASSWORD@]HOST[:PORT][/NUMBER], rediss://... (the same with TLS)",
    open=RedisStore,
    open_groups=RedisGroups,
    packages=("redis",),
    server=Server(
        port=6379,
        database=r"[0-9]*",
        database_is="the number of a database",
        tls_files=("ssl_ca_certs", "ssl_certfile", "ssl_keyfile"),
        tls_scheme="rediss",
    ),
)
