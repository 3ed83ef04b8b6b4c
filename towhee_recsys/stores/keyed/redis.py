"""Texts by version and key in Redis: a hash for each version, a field for each key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from towhee_recsys.stores.keyed.address import StoreUrl
from towhee_recsys.stores.keyed.batches import batches
from towhee_recsys.stores.keyed.failures import server_error
from towhee_recsys.stores.keyed.keys import readable
from towhee_recsys.stores.keyed.kind import Server, StoreKind
from towhee_recsys.support.forks import renew_in_child

if TYPE_CHECKING:
    import redis


class RedisStore:
    """A version is a hash, `towhee_recsys:<table>:<version>`, read by one HMGET and dropped by one UNLINK.

    The set `towhee_recsys:versions_of_<table>` has the names of all versions; some of them may have no hash any more.
    A step is a single command, never MULTI: Redis 7.0 loses transactions out of its append-only file where the user
    `default` is off.
    """

    def __init__(self, address: StoreUrl, table: str):
        self.url, self._address = address.shown, address
        self._rows, self._names = f"towhee_recsys:{table}", f"towhee_recsys:versions_of_{table}"
        self._connect()
        renew_in_child(self, RedisStore._connect)  # the client has locks that other threads may hold at a fork
        with self._errors("opened"):
            self._redis.ping()

    def write(self, rows: Iterable[tuple[str, str]], version: str) -> None:
        """Adds rows to a version; each batch is one command."""
        for batch in batches(rows):
            with self._errors("written"), self._redis.pipeline(transaction=False) as pipeline:
                pipeline.sadd(self._names, version)
                pipeline.hset(self._hash(version), mapping=dict(batch))
                pipeline.execute()

    def delete(self, keys: Sequence[str], version: str) -> None:
        """Removes rows from a version."""
        if keys:
            with self._errors("written"):
                self._redis.hdel(self._hash(version), *keys)

    def read(self, keys: Sequence[str], version: str) -> dict[str, bytes | str]:
        """The texts of those of `keys` that a version has."""
        if not keys:
            return {}
        with self._errors("read"):
            texts: Any = self._redis.hmget(self._hash(version), list(keys))
        return {key: text for key, text in zip(keys, texts, strict=True) if text is not None}

    def count(self, version: str) -> int:
        """The number of rows in a version."""
        with self._errors("read"):
            rows: Any = self._redis.hlen(self._hash(version))
        return int(rows)

    def versions(self) -> list[str]:
        """All versions, sorted by name: those that have a hash."""
        with self._errors("read"), self._redis.pipeline(transaction=False) as pipeline:
            known: Any = self._redis.smembers(self._names)
            names = readable(known)
            for name in names:
                pipeline.type(self._hash(name))
            return [name for name, kind in zip(names, pipeline.execute(), strict=True) if kind == b"hash"]

    def drop(self, version: str) -> None:
        """Removes all rows of a version in one step."""
        with self._errors("written"), self._redis.pipeline(transaction=False) as pipeline:
            pipeline.unlink(self._hash(version))
            pipeline.srem(self._names, version)
            pipeline.execute()

    def state(self) -> None:
        """Not known without a round trip."""
        return None

    def _connect(self) -> None:
        self._redis = _client(self._address)

    def _hash(self, version: str) -> str:
        return f"{self._rows}:{version}"

    @contextmanager
    def _errors(self, doing: str) -> Iterator[None]:
        import redis

        try:
            yield
        except (redis.RedisError, OSError) as error:
            denied = isinstance(error, (redis.AuthenticationError, redis.exceptions.AuthorizationError))
            answered = isinstance(error, (redis.BusyLoadingError, redis.ResponseError))
            reason = str(error) if answered else ""
            raise server_error(self._address, doing, error, reason, denied) from None  # it may quote a misspelt URL


KIND = StoreKind(
    name="redis",
    schemes=("redis", "rediss"),
    accepted="redis://[USER:PASSWORD@]HOST[:PORT][/NUMBER], rediss://... (the same with TLS)",
    open=RedisStore,
    packages=("redis",),
    server=Server(
        port=6379,
        database=r"[0-9]*",
        database_is="the number of a database",
        tls_files=("ssl_ca_certs", "ssl_certfile", "ssl_keyfile"),
        tls_scheme="rediss",
    ),
)


def _client(address: StoreUrl) -> redis.Redis:
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
