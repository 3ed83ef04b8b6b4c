"""The options after the `?` of a server's URL: the timeout, and TLS."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl

from towhee_recsys.errors import close_match
from towhee_recsys.stores.keyed.address import TIMEOUT, Options
from towhee_recsys.stores.keyed.kind import Server

CHECK_HOST = "ssl_check_hostname"


def options_of(scheme: str, query: str, server: Server) -> Options:
    """The options of a URL: `timeout=SECONDS`, and those of TLS, which rediss:// and any option of mysql:// turn on:

        rediss://   ssl_ca_certs=FILE, ssl_certfile=FILE, ssl_keyfile=FILE, ssl_check_hostname=false
        mysql://    ssl=true, ssl_ca=FILE, ssl_cert=FILE, ssl_key=FILE, ssl_check_hostname=false

    Without a file of authorities, the system's authorities are trusted.

    Raises:
        ValueError: an option is not known, or its value not acceptable. The message shows no value.
    """
    accepted = ["timeout", *_tls_options(scheme, server)]
    given = dict(parse_qsl(query, keep_blank_values=True))
    for name in given:
        if name not in accepted:
            raise ValueError(
                f"an option after the ? is not known.{close_match(name, accepted)} Options: {', '.join(accepted)}."
            )
    tls = scheme == server.tls_scheme or bool(given.keys() - {"timeout"})
    ca_file, cert_file, key_file = (_file(name, given.get(name)) for name in server.tls_files)
    return Options(
        timeout=_seconds(given.get("timeout", str(TIMEOUT))),
        tls=tls and _flag("ssl", given.get("ssl", "true")),
        ca_file=ca_file,
        cert_file=cert_file,
        key_file=key_file,
        check_host=_flag(CHECK_HOST, given.get(CHECK_HOST, "true")),
    )


def _tls_options(scheme: str, server: Server) -> list[str]:
    if server.tls_scheme is None:
        return ["ssl", *server.tls_files, CHECK_HOST]
    return [*server.tls_files, CHECK_HOST] if scheme == server.tls_scheme else []


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
        raise ValueError(f"{name} names a file that does not exist.")
    return path and str(Path(path).expanduser())
