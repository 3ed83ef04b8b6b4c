"""The service in a thread of the test's process, which alone may open its Milvus Lite file."""

from __future__ import annotations

import socket
import threading
import time

import uvicorn

from towhee_recsys.config import Config
from towhee_recsys.service import create_app


class Serving:
    """A running service; `stop` ends it, `start` starts another one at the same address.

    Attributes:
        url: Its address.
    """

    def __init__(self, config: Config):
        self._config = config
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self.start()

    def start(self) -> None:
        """Starts the service and waits until it answers."""
        app = create_app(self._config)
        settings = uvicorn.Config(app, port=self._port, log_level="warning", ws="none", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(settings)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        ends = time.monotonic() + 20
        while not self._server.started:
            assert time.monotonic() < ends, "the service did not start"
            time.sleep(0.02)

    def stop(self) -> None:
        """Ends the service, with all of its connections."""
        self._server.should_exit = True
        self._thread.join(20)
