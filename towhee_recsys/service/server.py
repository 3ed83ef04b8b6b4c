"""Runs the service: uvicorn in one process or several, which end without dropping a request."""

from __future__ import annotations

import asyncio
import gc
import logging
import socket
import sys
from contextlib import suppress
from selectors import EVENT_READ, DefaultSelector
from typing import Any

import uvicorn
from fastapi import FastAPI
from threadpoolctl import threadpool_limits

from towhee_recsys.config import Config
from towhee_recsys.errors import ConfigError, StoreError
from towhee_recsys.service.access import Access
from towhee_recsys.service.app import create_app
from towhee_recsys.service.logs import log_as_json
from towhee_recsys.service.workers import Workers
from towhee_recsys.stores.vectors import is_shared
from towhee_recsys.support.urls import shown_url

log = logging.getLogger(__name__)

DRAIN = 0.5
"""Seconds at the end in which connections are still accepted, and each is closed with its answer."""

SWITCH = 0.0005
"""Seconds after which a pipeline's thread lets the event loop's run: Python's own 5 ms are long for a request."""


def serve(config: Config, host: str = "127.0.0.1", port: int = 8000, workers: int = 1, quiet: bool = False) -> None:
    """Serves until SIGTERM or Ctrl-C; then answers what has arrived.

    Raises:
        ConfigError: others can reach `host` and there is no token, or several processes cannot share the index.
        StoreError: the address cannot be listened on.
        RecsysError: the service cannot be built.
    """
    Access(config.serve).must_be_able_to_listen(host)
    if workers > 1:
        _must_be_shared(config)
    listening = _listen(host, port)
    if workers == 1:
        return _work(listening, config, quiet)
    Workers(_work, listening, (config, quiet)).run(workers)


class Server(uvicorn.Server):
    """Answers whatever has reached it before it ends.

    After a signal it accepts connections for a moment, in which each answer closes its connection, so that clients
    learn that it ends; then it answers those that the system has accepted for it, and what has arrived on kept ones.
    """

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begins to accept connections, and logs at which address."""
        await super().startup(sockets)
        for host, port, *_ in (each.getsockname() for each in sockets or []):
            log.info("serving on http://%s:%s", f"[{host}]" if ":" in host else host, port)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends the service."""
        self.config.loaded_app.state.draining = True
        await asyncio.sleep(DRAIN)
        kept = [each.dup() for each in sockets or []]  # uvicorn's are closed with what waits to be accepted
        for server in self.servers:
            server.close()
        for listening in kept:
            await self._accept_rest(listening)
        await asyncio.sleep(DRAIN)
        await self._close_idle()
        await super().shutdown(sockets)

    async def _accept_rest(self, listening: socket.socket) -> None:
        loop, protocol = asyncio.get_running_loop(), self.config.http_protocol_class
        with listening, suppress(BlockingIOError):
            listening.setblocking(False)
            while True:
                connection, _ = listening.accept()
                connection.setblocking(False)
                await loop.connect_accepted_socket(
                    lambda: protocol(self.config, self.server_state, self.lifespan.state),  # type: ignore[call-arg]
                    connection,
                )

    async def _close_idle(self) -> None:
        """Closes the connections that nothing has arrived on: to close one with an unread request would reset it."""
        loop, connections = asyncio.get_running_loop(), self.server_state.connections
        end = loop.time() + DRAIN
        while (unread := _with_unread(connections)) and loop.time() < end:
            for connection in connections - unread:
                connection.shutdown()
            await asyncio.sleep(0.01)


def _with_unread(connections: set[Any]) -> set[Any]:
    """The connections on which something has arrived that was not read yet."""
    with DefaultSelector() as selector:
        for connection in (each for each in connections if not each.transport.is_closing()):
            selector.register(connection.transport.get_extra_info("socket"), EVENT_READ, connection)
        return {key.data for key, _ in selector.select(0)}


def _work(listening: socket.socket, config: Config, quiet: bool) -> None:
    log_as_json(quiet)
    sys.setswitchinterval(SWITCH)
    server = Server(_settings(create_app(config)))
    gc.collect()
    gc.freeze()  # a full collection would stop all requests while it looks at modules, configs and the model
    # Products of a batch are small: threads of BLAS make them no faster, and much slower where the cores are busy.
    with threadpool_limits(1, user_api="blas"), suppress(KeyboardInterrupt):  # uvicorn raises the signal again
        server.run([listening])


def _settings(app: FastAPI) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        interface="asgi3",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=60,
    )


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(2048)
    except (OSError, OverflowError) as error:
        raise StoreError(f"cannot listen on {host}:{port}: {error}. Choose others with --host and --port.") from None
    return listening


def _must_be_shared(config: Config) -> None:
    if not is_shared(config.milvus.uri):
        raise ConfigError(
            f"--workers: {shown_url(config.milvus.uri)} is a file that one process opens at a time. Use a Milvus "
            "server (milvus.uri: http://HOST:19530), or one worker: it gathers requests into batches."
        )
