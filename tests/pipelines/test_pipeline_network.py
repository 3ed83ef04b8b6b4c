"""An operator that is not registered is refused: Towhee would load it from its hub and run it."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from towhee_recsys.errors import PipelineError


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """A hub that records its requests; Towhee is configured to use it."""
    requested = []

    class Hub(BaseHTTPRequestHandler):
        def do_GET(self):
            requested.append(self.path)
            self.send_error(404)

        def log_message(self, *about):
            """Logs nothing."""

    server = HTTPServer(("127.0.0.1", 0), Hub)
    Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("TOWHEE_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("HOME", str(tmp_path))
    yield requested
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("op", ["image_decode", "towhee/image_decode", "towhee_recsys/nothing", "a/b/c", "", "../x"])
def test_no_host_is_requested_for_it(hub, declared, op):
    with pytest.raises(PipelineError, match="is not registered"):
        declared(f"{{input: a, steps: [{{map: a -> b, op: '{op}'}}], output: b}}")
    assert hub == []
