"""Texts by version, group and key in Redis: a hash for each group, a field for each key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

from towhee_recsys.stores.keyed.address import StoreUrl
from towhee_recsys.stores.keyed.keys import readable
from towhee_recsys.stores.keyed.redis_server import RedisServer


class RedisGroups:
    """A group is a hash, `towhee_recsys:<table>:<version>:<group>`, read by one HGETALL and removed by one UNLINK.

    The set `towhee_recsys:groups_of_<table>:<version>` has the names of all groups; some may have no hash any more. A
    name is added after its hash and removed before it, so that no hash stays behind without its name, whatever other
    processes write meanwhile.
    """

    def __init__(self, address: StoreUrl, table: str):
        self.url, self._server, self._table = address.shown, RedisServer(address), table

    def write(self, rows: Iterable[tuple[str, str, str]], version: str) -> None:
        """Adds rows to a version in one round trip; those of each group by one command."""
        groups: dict[str, dict[Any, Any]] = {}
        for group, key, text in rows:
            groups.setdefault(group, {})[key] = text
        if groups:
            with self._server.errors("written"), self._server.pipeline() as pipeline:
                for group, texts in groups.items():
                    pipeline.hset(self._hash(version, group), mapping=texts)
                pipeline.sadd(self._names(version), *groups)
                pipeline.execute()

    def delete(self, group: str, keys: Sequence[str], version: str) -> None:
        """Removes rows from a group by one command."""
        if keys:
            with self._server.errors("written"):
                self._server.client.hdel(self._hash(version, group), *keys)

    def clear(self, group: str, version: str) -> None:
        """Removes a group."""
        with self._server.errors("written"), self._server.pipeline() as pipeline:
            pipeline.srem(self._names(version), group)
            pipeline.unlink(self._hash(version, group))
            pipeline.execute()

    def read(self, groups: Sequence[str], version: str) -> dict[str, dict[str, bytes | str]]:
        """The texts of `groups` by their keys."""
        distinct = list(dict.fromkeys(groups))
        with self._server.errors("read"), self._server.pipeline() as pipeline:
            for group in distinct:
                pipeline.hgetall(self._hash(version, group))
            hashes = pipeline.execute()
        return {
            group: {key.decode(): text for key, text in each.items()}
            for group, each in zip(distinct, hashes, strict=True)
        }

    def rows(self, version: str) -> Iterator[tuple[str, str, bytes | str]]:
        """All rows of a version, sorted by group and key."""
        for group in self._groups(version):
            texts = self.read([group], version)[group]
            yield from ((group, key, texts[key]) for key in sorted(texts))

    def count(self, version: str) -> int:
        """The number of groups in a version."""
        groups = self._groups(version)
        with self._server.errors("read"), self._server.pipeline() as pipeline:
            for group in groups:
                pipeline.exists(self._hash(version, group))
            return sum(pipeline.execute())

    def exists(self, version: str) -> bool:
        """Whether a version has any row."""
        return self.count(version) > 0

    def state(self) -> None:
        """Not known without a round trip."""
        return None

    def _groups(self, version: str) -> list[str]:
        with self._server.errors("read"):
            known: Any = self._server.client.smembers(self._names(version))
        return readable(known)

    def _names(self, version: str) -> str:
        return f"towhee_recsys:groups_of_{self._table}:{version}"

    def _hash(self, version: str, group: str) -> str:
        return f"towhee_recsys:{self._table}:{quote(version, safe='')}:{group}"
