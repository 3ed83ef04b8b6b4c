"""A real Redis, for tests."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import redis

from tests.servers.certificates import Certificates
from tests.servers.process import ServerProcess, free_port, program

PASSWORD = "s3cret/p@ss:word"


class RedisServer(ServerProcess):
    """Redis on a port of its own, plain and with TLS. What it acknowledged is on the disk, and survives `kill`.

    The user `recsys` may touch nothing but our keys, and no more than we need.
    """

    def __init__(self, folder: Path, certificates: Certificates):
        self.port, self.tls_port = free_port(), free_port()
        rights = "~towhee_recsys:* +@read +@write +@connection -@dangerous"
        (folder / "redis.conf").write_text(
            f"user default off\nuser recsys on >{PASSWORD} {rights}\nuser admin on >{PASSWORD} ~* +@all\n"
            f"bind 127.0.0.1\nport {self.port}\ntls-port {self.tls_port}\ntls-auth-clients no\n"
            f"tls-cert-file {certificates.cert}\ntls-key-file {certificates.key}\n"
            f"tls-ca-cert-file {certificates.authority}\n"
            'save ""\nappendonly yes\nappendfsync always\n'
        )
        super().__init__([program("redis-server", "redis-server"), "redis.conf"], self._answers, folder)

    def url(self, options: str = "", password: str = PASSWORD) -> str:
        """Where the catalogue of the user `recsys` is."""
        return f"redis://recsys:{quote(password, safe='')}@127.0.0.1:{self.port}/0{options}"

    def tls_url(self, options: str, host: str = "localhost") -> str:
        """The same with TLS."""
        return f"rediss://recsys:{quote(PASSWORD, safe='')}@{host}:{self.tls_port}/0{options}"

    def admin(self) -> redis.Redis:
        """A client that may do all, to look behind the catalogue and to clear it."""
        return redis.Redis(port=self.port, username="admin", password=PASSWORD, socket_timeout=5)

    def calls(self) -> int:
        """How many commands clients have sent until now."""
        return int(self.admin().info("stats")["total_commands_processed"])

    def _answers(self) -> bool:
        try:
            return bool(self.admin().ping())
        except redis.RedisError:
            return False
