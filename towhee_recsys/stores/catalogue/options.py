"""What may stand after the `?` of a server's URL: the timeout, and TLS."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl

from towhee_recsys.errors import close_match

TIMEOUT = 30.0
"""Seconds that a server has to accept a connection and to answer a call."""

_FILES = {
    "redis": ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile"),
    "mysql": ("ssl_ca", "ssl_cert", "ssl_key"),
}
"""The names that redis-py and PyMySQL have for the authorities, and for the client's own certificate and key."""


@dataclass(frozen=True)
class Options:
    """How to speak with a server."""

    timeout: float = TIMEOUT
    tls: bool = False
    ca_file: str | None = None
    cert_file: str | None = None
    key_file: str | None = None
    check_host: bool = True

    def ssl_context(self) -> ssl.SSLContext:
        """What TLS is held to: the server's certificate is always verified. Raises OSError for a file that is none."""
        context = ssl.create_default_context(cafile=self.ca_file)
        context.check_hostname = self.check_host
        if self.cert_file:
            context.load_cert_chain(self.cert_file, self.key_file)
        return context


def options_of(scheme: str, query: str) -> Options:
    """`timeout=SECONDS`, and of TLS, which rediss:// and any of these options of mysql:// ask for:

        rediss://   ssl_ca_certs=FILE, ssl_certfile=FILE, ssl_keyfile=FILE, ssl_check_hostname=false
        mysql://    ssl=true, ssl_ca=FILE, ssl_cert=FILE, ssl_key=FILE, ssl_check_hostname=false

    Without a file of authorities the system's are asked. Raises ValueError.
    """
    files = _FILES.get(scheme.removesuffix("s"), _FILES["mysql"])
    accepted = ["timeout"]
    if scheme != "redis":
        accepted += ["ssl"] * (scheme != "rediss") + [*files, "ssl_check_hostname"]
    given = dict(parse_qsl(query, keep_blank_values=True))
    for name in given:
        if name not in accepted:
            raise ValueError(f"an option after the ? is not known.{close_match(name, accepted)} {_listed(accepted)}")
    asks_for_tls = scheme == "rediss" or bool(given.keys() - {"timeout"})
    ca_file, cert_file, key_file = (_file(name, given.get(name)) for name in files)
    return Options(
        timeout=_seconds(given.get("timeout", str(TIMEOUT))),
        tls=asks_for_tls and _flag("ssl", given.get("ssl", "true")),
        ca_file=ca_file,
        cert_file=cert_file,
        key_file=key_file,
        check_host=_flag("ssl_check_hostname", given.get("ssl_check_hostname", "true")),
    )


def _listed(accepted: list[str]) -> str:
    return f"Options: {', '.join(accepted)}."


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds <= 3600:
        raise ValueError("timeout takes seconds, above 0 and up to 3600.")
    return seconds


def _flag(name: str, text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(f"{name} takes true or false.")
    return text == "true"


def _file(name: str, path: str | None) -> str | None:
    if path is not None and not Path(path).expanduser().is_file():
        raise ValueError(f"{name} names a file that is not there.")
    return path and str(Path(path).expanduser())
