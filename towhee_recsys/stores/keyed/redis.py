"""The catalogue in Redis: a hash for each version, a field for each item."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from towhee_recsys.stores.catalogue.address import CatalogueUrl
from towhee_recsys.stores.catalogue.facts import Facts
from towhee_recsys.stores.catalogue.failures import server_error
from towhee_recsys.stores.catalogue.kind import CatalogueKind, Server
from towhee_recsys.stores.catalogue.rows import batches, from_row
from towhee_recsys.stores.catalogue.versioned import VersionedCatalogue, collection_of

if TYPE_CHECKING:
    import redis

FACTS, PUBLISHED, VERSIONS = (f"towhee_recsys:{name}" for name in ("facts", "published", "versions_of_facts"))
"""The keys: FACTS:<version>; PUBLISHED:<collection> and PUBLISHED, the last of any; VERSIONS, a set of names of which
some may have no hash any more.

A step is a single command, never MULTI: Redis 7.0 loses transactions out of its append-only file where the user
`default` is off."""


class RedisCatalogue(VersionedCatalogue):
    """A version is read by one HMGET and dropped by one UNLINK."""

    def __init__(self, address: CatalogueUrl):
        self.url, self._address = address.shown, address
        self._redis = _client(address)
        with self._errors("opened"):
            self._redis.ping()

    def publish(self, version: str) -> None:
        """Makes `version` the live one of its collection in one step."""
        with self._errors("switched"):
            self._redis.mset({f"{PUBLISHED}:{collection_of(version)}": version, PUBLISHED: version})

    def live(self, collection: str) -> str | None:
        """The live version of a collection, None before the first is published."""
        return self._text(f"{PUBLISHED}:{collection}")

    def versions(self, collection: str) -> list[str]:
        """The versions of a collection that hold items, published or not, sorted by name."""
        with self._errors("read"):
            known: Any = self._redis.smembers(VERSIONS)
        names = sorted(name.decode() for name in known)
        return [name for name in names if collection_of(name) == collection and self.count(name)]

    def count(self, version: str) -> int:
        """How many items a version holds."""
        with self._errors("read"):
            rows: Any = self._redis.hlen(_key(version))
        return int(rows)

    def _write(self, rows: Iterable[tuple[str, str]], version: str) -> None:
        """Each batch is written in one step."""
        for batch in batches(rows):
            with self._errors("written"), self._redis.pipeline(transaction=False) as pipeline:
                pipeline.sadd(VERSIONS, version)
                pipeline.hset(_key(version), mapping=dict(batch))
                pipeline.execute()

    def _delete(self, keys: Sequence[str], version: str) -> None:
        for batch in batches(keys):
            with self._errors("written"):
                self._redis.hdel(_key(version), *batch)

    def _read(self, keys: Sequence[str], version: str) -> dict[str, Facts | None]:
        with self._errors("read"):
            rows: Any = self._redis.hmget(_key(version), list(keys))
        return {key: from_row(self.url, key, row) for key, row in zip(keys, rows, strict=True) if row is not None}

    def _last_published(self) -> str | None:
        return self._text(PUBLISHED)

    def _drop(self, version: str) -> None:
        with self._errors("written"), self._redis.pipeline(transaction=False) as pipeline:
            pipeline.unlink(_key(version))
            pipeline.srem(VERSIONS, version)
            pipeline.execute()

    def _text(self, key: str) -> str | None:
        with self._errors("read"):
            found: Any = self._redis.get(key)
        return None if found is None else found.decode()

    @contextmanager
    def _errors(self, doing: str) -> Iterator[None]:
        import redis

        try:
            yield
        except (redis.RedisError, OSError) as error:
            denied = isinstance(error, (redis.AuthenticationError, redis.exceptions.AuthorizationError))
            answered = isinstance(error, (redis.BusyLoadingError, redis.ResponseError))
            raise server_error(self._address, doing, error, str(error) if answered else "", denied) from error


KIND = CatalogueKind(
    name="redis",
    schemes=("redis", "rediss"),
    accepted="redis://[USER:PASSWORD@]HOST[:PORT][/NUMBER], rediss://... (the same with TLS)",
    open=RedisCatalogue,
    packages=("redis",),
    server=Server(
        port=6379,
        database=r"[0-9]*",
        database_is="the number of a database",
        tls_files=("ssl_ca_certs", "ssl_certfile", "ssl_keyfile"),
        tls_scheme="rediss",
    ),
)


def _client(address: CatalogueUrl) -> redis.Redis:
    """A client that tries a call once more where the connection broke, but not where it took too long."""
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    options = address.options
    tls: dict[str, Any] = {
        "connection_class": redis.SSLConnection,
        "ssl_ca_certs": options.ca_file,
        "ssl_certfile": options.cert_file,
        "ssl_keyfile": options.key_file,
        "ssl_check_hostname": options.check_host,
    }
    settings: dict[str, Any] = {
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
    return redis.Redis(connection_pool=redis.ConnectionPool(**settings))


def _key(version: str) -> str:
    return f"{FACTS}:{version}"
