"""Certificates for servers on the loopback, signed by an authority of the tests' own."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.servers.process import program


class Certificates:
    """Files in `folder`: the `authority`, and a server's `cert` and `key`, for `localhost` alone, not for 127.0.0.1."""

    def __init__(self, folder: Path):
        self.authority, self.cert, self.key = folder / "authority.pem", folder / "server.pem", folder / "server.key"
        signer = folder / "authority.key"
        _made("/CN=tests -addext keyUsage=critical,keyCertSign", signer, self.authority)
        server = "/CN=server -addext subjectAltName=DNS:localhost -addext basicConstraints=CA:FALSE"
        _made(server, self.key, self.cert, "-CA", self.authority, "-CAkey", signer)


def _made(subject: str, key: Path, cert: Path, *signed: str | Path) -> None:
    new = f"req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj {subject}".split()
    command = [program("openssl", "openssl"), *new, *signed, "-keyout", key, "-out", cert]
    subprocess.run([str(part) for part in command], check=True, capture_output=True)
