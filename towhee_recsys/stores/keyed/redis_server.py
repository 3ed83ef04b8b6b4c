"""A Redis server: its client, and how calls fail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from towhee_recsys.stores.keyed.address import StoreUrl
from towhee_recsys.stores.keyed.failures import server_error
from towhee_recsys.support.forks import renew_in_child

if TYPE_CHECKING:
    import redis
    from redis.client import Pipeline


class RedisServer:
    """The server at `address`. Safe under threads and forks: a forked process has connections of its own.

    Attributes:
        client: Sends commands; it is called within the block of `errors`.
    """

    client: redis.Redis

    def __init__(self, address: StoreUrl):
        self._address = address
        self._connect()
        renew_in_child(self, RedisServer._connect)  # the client has locks that other threads may hold at a fork
        with self.errors("opened"):
            self.client.ping()

    def pipeline(self) -> Pipeline:
        """Commands that go in one round trip. Never MULTI: Redis 7.0 loses transactions out of its append-only file
        where the user `default` is off.
        """
        return self.client.pipeline(transaction=False)

    @contextmanager
    def errors(self, doing: str) -> Iterator[None]:
        """Turns what the client raises in the block into StoreError."""
        import redis

        try:
            yield
        except (redis.RedisError, OSError) as error:
            denied = isinstance(error, (redis.AuthenticationError, redis.exceptions.AuthorizationError))
            answered = isinstance(error, (redis.BusyLoadingError, redis.ResponseError))
            reason = str(error) if answered else ""
            raise server_error(self._address, doing, error, reason, denied) from None  # it may quote a misspelt URL

    def _connect(self) -> None:
        self.client = _client(self._address)


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
