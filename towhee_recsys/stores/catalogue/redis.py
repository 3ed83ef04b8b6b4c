"""The catalogue in Redis: a hash for each version, a field for each item."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from towhee_recsys.stores.catalogue.facts import Item, batches, from_row, to_row
from towhee_recsys.stores.catalogue.failures import server_error
from towhee_recsys.stores.catalogue.urls import CatalogueUrl
from towhee_recsys.stores.catalogue.versioned import VersionedCatalogue, collection_of

PREFIX = "towhee_recsys"
"""What all keys begin with: PREFIX:items:<version>, PREFIX:live:<collection>, PREFIX:live (the last of all),
PREFIX:versions (a set, of names whose hash may be gone).

A step is a single command, never MULTI: Redis 7.0 loses transactions out of its append-only file where the user
`default` is off."""


class RedisCatalogue(VersionedCatalogue):
    """An item is the JSON of its title, year and genres. A version is read by one HMGET and dropped by one UNLINK."""

    def __init__(self, address: CatalogueUrl):
        self.url, self._address = address.shown, address
        self._redis = redis.Redis(connection_pool=redis.ConnectionPool(**_settings(address)))
        with self._errors("opened"):
            self._redis.ping()

    def write(self, items: Iterable[Item], version: str) -> None:
        """Adds items to a version, in place of older ones with their ids; each batch in one step."""
        for batch in batches(map(_field, items)):
            with self._errors("written"), self._redis.pipeline(transaction=False) as pipeline:
                pipeline.sadd(f"{PREFIX}:versions", version)
                pipeline.hset(_key(version), mapping=dict(batch))
                pipeline.execute()

    def delete(self, ids: Sequence[int], version: str) -> None:
        """Removes items from a version; an id that is not there is no error."""
        for batch in batches(map(int, ids)):
            with self._errors("written"):
                self._redis.hdel(_key(version), *map(str, batch))

    def publish(self, version: str) -> None:
        """Makes `version` the live one of its collection in one step."""
        with self._errors("switched"):
            self._redis.mset({f"{PREFIX}:live:{collection_of(version)}": version, f"{PREFIX}:live": version})

    def live(self, collection: str) -> str | None:
        """The live version of a collection, None when none was published yet."""
        return self._text(f"{PREFIX}:live:{collection}")

    def versions(self, collection: str) -> list[str]:
        """The versions of a collection that hold items, published or not, sorted by name."""
        with self._errors("read"):
            known: Any = self._redis.smembers(f"{PREFIX}:versions")
        names = sorted(name.decode() for name in known)
        return [name for name in names if collection_of(name) == collection and self.count(name)]

    def count(self, version: str) -> int:
        """How many items a version holds."""
        with self._errors("read"):
            rows: Any = self._redis.hlen(_key(version))
        return int(rows)

    def _read(self, ids: Sequence[int], version: str) -> dict[int, Item | None]:
        with self._errors("read"):
            rows: Any = self._redis.hmget(_key(version), [str(key) for key in ids])
        return {key: from_row(self.url, key, row) for key, row in zip(ids, rows, strict=True) if row is not None}

    def _last_published(self) -> str | None:
        return self._text(f"{PREFIX}:live")

    def _drop(self, version: str) -> None:
        with self._errors("written"), self._redis.pipeline(transaction=False) as pipeline:
            pipeline.unlink(_key(version))
            pipeline.srem(f"{PREFIX}:versions", version)
            pipeline.execute()

    def _text(self, key: str) -> str | None:
        with self._errors("read"):
            found: Any = self._redis.get(key)
        return None if found is None else found.decode()

    @contextmanager
    def _errors(self, doing: str) -> Iterator[None]:
        try:
            yield
        except (redis.RedisError, OSError) as error:
            denied = isinstance(error, (redis.AuthenticationError, redis.exceptions.AuthorizationError))
            answered = isinstance(error, (redis.BusyLoadingError, redis.ResponseError))
            raise server_error(self._address, doing, error, str(error) if answered else "", denied) from error


def _settings(address: CatalogueUrl) -> dict[str, Any]:
    """How to connect. A call is tried again, once, where the connection broke; not where it took too long."""
    options = address.options
    tls = {
        "connection_class": redis.SSLConnection,
        "ssl_ca_certs": options.ca_file,
        "ssl_certfile": options.cert_file,
        "ssl_keyfile": options.key_file,
        "ssl_check_hostname": options.check_host,
    }
    return {
        "host": address.host,
        "port": address.port,
        "db": int(address.database or 0),
        "username": address.user,
        "password": address.password,
        "protocol": 2,
        "socket_timeout": options.timeout,
        "socket_connect_timeout": options.timeout,
        "retry": Retry(NoBackoff(), 1, (redis.ConnectionError,)),
        **(tls if options.tls else {}),
    }


def _key(version: str) -> str:
    return f"{PREFIX}:items:{version}"


def _field(item: Item) -> tuple[str, str]:
    key, title, year, genres = to_row(item)
    return str(key), json.dumps({"title": title, "year": year, "genres": json.loads(genres)}, ensure_ascii=False)
