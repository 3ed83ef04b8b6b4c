"""A real MariaDB, for tests."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pymysql

from tests.servers.certificates import Certificates
from tests.servers.process import ServerProcess, free_port, program

PASSWORD = "s3cret/p@ss:word"


class MariadbServer(ServerProcess):
    """MariaDB on a port of its own, plain and with TLS, with an empty database `recsys`.

    The user `recsys` has no more rights than we need; `reader` may only read.
    """

    def __init__(self, folder: Path, certificates: Certificates):
        self.port = free_port()
        own = ["--no-defaults", f"--datadir={folder / 'data'}", *(["--user=root"] if os.geteuid() == 0 else [])]
        install = [program("mariadb-install-db", "mariadb-server"), *own, "--skip-test-db"]
        subprocess.run(list(map(str, install)), check=True, capture_output=True)
        (folder / "init.sql").write_text(
            "CREATE DATABASE IF NOT EXISTS recsys;\n"
            + _user("recsys", "SELECT, INSERT, DELETE, CREATE ON recsys.*")
            + _user("reader", "SELECT ON recsys.*")
            + _user("admin", "ALL ON *.*")
        )
        tls = [f"--ssl-ca={certificates.authority}", f"--ssl-cert={certificates.cert}", f"--ssl-key={certificates.key}"]
        here = [f"--port={self.port}", "--bind-address=127.0.0.1", "--socket=server.sock", "--skip-name-resolve"]
        command = [program("mariadbd", "mariadb-server"), *own, *here, *tls, f"--init-file={folder / 'init.sql'}"]
        super().__init__(command, self._answers, folder)

    def url(self, options: str = "", password: str = PASSWORD, user: str = "recsys", database: str = "recsys") -> str:
        """Where the catalogue of a user is."""
        return f"mysql://{user}:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}{options}"

    def tls_url(self, options: str, host: str = "localhost") -> str:
        """The same with TLS."""
        return self.url(options).replace("127.0.0.1", host)

    def admin(self) -> pymysql.Connection[Any]:
        """A connection that may do all, to look behind the catalogue and to clear it."""
        return pymysql.connect(
            host="127.0.0.1", port=self.port, user="admin", password=PASSWORD, autocommit=True, read_timeout=10
        )

    def run(self, statement: str, *values: object) -> list[Any]:
        """The rows that a statement of the admin's gives, in the database `recsys`."""
        with self.admin() as connection, connection.cursor() as cursor:
            cursor.execute("USE recsys")
            cursor.execute(statement, values)
            return list(cursor.fetchall())

    def calls(self) -> int:
        """How many statements clients have sent until now."""
        return int(self.run("SHOW GLOBAL STATUS LIKE 'Questions'")[0][1])

    def _answers(self) -> bool:
        try:
            self.admin().close()
        except pymysql.Error:
            return False
        return True


def _user(name: str, rights: str) -> str:
    user = f"'{name}'@'127.0.0.1'"
    return f"CREATE USER IF NOT EXISTS {user} IDENTIFIED BY '{PASSWORD}';\nGRANT {rights} TO {user};\n"
