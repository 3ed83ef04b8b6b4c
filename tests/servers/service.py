"""The service of a config, as `towhee-recsys serve` runs it."""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from tests.servers.process import ServerProcess, free_port
from towhee_recsys.config import Config, dump_config


class ServiceProcess(ServerProcess):
    """A running service.

    Attributes:
        url: Its address.
        log: The file with its lines.
    """

    def __init__(self, config: Config, folder: Path, *options: str):
        file, port = folder / "config.yaml", free_port()
        file.write_text(dump_config(config), encoding="utf-8")
        self.url, self.log = f"http://127.0.0.1:{port}", folder / "server.log"
        command = [sys.executable, "-m", "towhee_recsys", "serve", "-c", str(file), "--port", str(port), *options]
        super().__init__(command, self._is_ready, folder)

    @property
    def pid(self) -> int:
        """The process."""
        assert self._process is not None
        return self._process.pid

    def wait(self, seconds: float = 60) -> int:
        """The exit code, once it has ended by itself."""
        assert self._process is not None
        code = self._process.wait(seconds)
        self._process = None
        return code

    def send(self, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, Any]]:
        """The status and the JSON of the answer: to POST where there is a body, else to GET."""
        content = None if body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(
            self.url + path, content, {"Content-Type": "application/json", **named}, method="POST" if content else "GET"
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def text(self, path: str) -> str:
        """The text of the answer to GET."""
        with urllib.request.urlopen(self.url + path, timeout=60) as answer:
            return str(answer.read().decode())

    def _is_ready(self) -> bool:
        try:
            return self.send("/readyz")[0] == 200
        except OSError:
            return False
