"""Where a keyed store is, and how to connect to it: the parts of its URL."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path

from towhee_recsys.support.urls import HIDDEN

TIMEOUT = 30.0
"""Seconds that a server has to accept a connection and to answer a call."""


@dataclass(frozen=True)
class Options:
    """How to connect to a server. `timeout` is in seconds; the files are those of TLS."""

    timeout: float = TIMEOUT
    tls: bool = False
    ca_file: str | None = None
    cert_file: str | None = None
    key_file: str | None = None
    check_host: bool = True

    def ssl_context(self) -> ssl.SSLContext:
        """The settings of TLS: the server's certificate is always verified.

        Raises:
            OSError: a file has no certificate or key.
        """
        context = ssl.create_default_context(cafile=self.ca_file)
        context.check_hostname = self.check_host
        if self.cert_file:
            context.load_cert_chain(self.cert_file, self.key_file)
        return context


@dataclass(frozen=True)
class StoreUrl:
    """Where a store is. Two are equal if they lead to the same place in the same way, however they are written."""

    kind: str
    """The name of its kind: `sqlite`, `redis`, `mysql`."""
    shown: str = field(compare=False)
    """As `shown_url` shows it: `${env:NAME}` is not expanded, and other secrets are ***."""
    secrets: frozenset[str] = field(compare=False, repr=False)
    setting: str = field(compare=False)
    """The setting of the config that holds the URL, for messages: `catalogue`, `history`."""
    file: Path | None = field(default=None, repr=False)
    host: str = field(default="", repr=False)
    port: int = field(default=0, repr=False)
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    database: str = field(default="", repr=False)
    options: Options = field(default_factory=Options, repr=False)

    def hide(self, text: str) -> str:
        """`text` with *** where it has the password, or what the environment put into the URL."""
        for secret in sorted(self.secrets, key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        return text
