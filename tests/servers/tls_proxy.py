"""TLS before a server that has none."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import suppress

from tests.servers.certificates import Certificates


class TlsProxy:
    """Takes TLS on a loopback port of its own, and hands on to a plain `port`."""

    def __init__(self, port: int, certificates: Certificates, client_authority: bool = False):
        self._target = port
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(certificates.cert, certificates.key)
        self._tls.set_alpn_protocols(["h2"])  # gRPC wants to hear it
        if client_authority:
            self._tls.verify_mode = ssl.CERT_REQUIRED
            self._tls.load_verify_locations(certificates.authority)
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._door.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Takes no more connections."""
        self._door.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                guest, _ = self._door.accept()
                threading.Thread(target=self._hand_on, args=(guest,), daemon=True).start()

    def _hand_on(self, guest: socket.socket) -> None:
        with suppress(OSError):
            inside = self._tls.wrap_socket(guest, server_side=True)
            server = socket.create_connection(("127.0.0.1", self._target))
            threading.Thread(target=_pour, args=(server, inside), daemon=True).start()
            _pour(inside, server)


def _pour(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while part := source.recv(65536):
            target.sendall(part)
    for each in (source, target):
        with suppress(OSError):
            each.close()
