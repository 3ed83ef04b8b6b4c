"""One file over HTTP, resumed where it broke off."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import requests

ATTEMPTS = 5
"""How often a download is resumed at most, the first try included."""

CONNECT_SECONDS, READ_SECONDS = 10, 30
BLOCK = 1 << 13
"""Bytes that are read at a time: what has come of a block is lost when the connection breaks off."""

LARGEST = 2**30
"""Bytes that are taken from a server at most: the largest archive has 350 million."""

_MD5 = re.compile(r"(?<![0-9a-fA-F])[0-9a-fA-F]{32}(?![0-9a-fA-F])")


class SourceError(Exception):
    """A server did not give the file; the message is the short cause."""


def fetch_md5(url: str) -> str:
    """The MD5 checksum in the small text at `url`, in lower case: `HEX  NAME` or `MD5 (NAME) = HEX`.

    Raises:
        SourceError: the server is out of reach or refuses, or there is not exactly one such checksum.
    """
    import requests

    try:
        with requests.get(url, stream=True, timeout=(CONNECT_SECONDS, READ_SECONDS)) as response:
            response.raise_for_status()
            text = next(response.iter_content(BLOCK), b"").decode("latin-1")
    except requests.RequestException as error:
        raise SourceError(f"its checksum, {url}: {_cause(error)}") from error
    found = _MD5.findall(text)
    if len(found) != 1:
        raise SourceError(f"its checksum, {url}: given a text without one MD5, accepted: 32 hexadecimal digits")
    return str(found[0]).lower()


def fetch(url: str, file: Path) -> None:
    """Fetch `url` into `file`, adding to what is there; resumed after a break, as long as each attempt adds something.

    Raises:
        SourceError: the server is out of reach or refuses. What has come stays in `file`.
        OSError: `file` cannot be written.
    """
    import requests

    if not url.startswith(("https://", "http://")):
        raise SourceError("only https and http are accepted")
    for attempt in range(1, ATTEMPTS + 1):
        had = _size(file)
        try:
            return _fetch_rest(url, file)
        except requests.RequestException as error:
            if _size(file) <= had or attempt == ATTEMPTS:
                raise SourceError(_cause(error)) from error


def _fetch_rest(url: str, file: Path) -> None:
    import requests

    had = _size(file)
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={had}-"} if had else {})
    with requests.get(url, headers=headers, stream=True, timeout=(CONNECT_SECONDS, READ_SECONDS)) as response:
        if had and response.status_code == requests.codes.requested_range_not_satisfiable:
            return  # nothing is left to fetch; the checksum shows whether the file is right
        response.raise_for_status()
        if not _continues(response, had):
            had = 0
        _write(response, file, had)


def _continues(response: requests.Response, had: int) -> bool:
    """Whether the answer starts where the file ends; a server may ignore Range and send all."""
    return response.status_code == 206 and response.headers.get("Content-Range", "").startswith(f"bytes {had}-")


def _write(response: requests.Response, file: Path, had: int) -> None:
    import requests
    from tqdm import tqdm

    length = response.headers.get("Content-Length", "")
    total = had + int(length) if length.isdigit() else None
    with (
        file.open("ab" if had else "wb") as opened,
        tqdm(desc=file.stem, total=total, initial=had, unit="B", unit_scale=True, disable=None) as bar,
    ):
        for block in response.iter_content(BLOCK):
            if opened.tell() + len(block) > LARGEST:
                raise SourceError(f"more than {LARGEST:,} bytes")
            opened.write(block)
            bar.update(len(block))
        if total is not None and opened.tell() < total:
            raise requests.ConnectionError("the connection broke off")


def _cause(error: requests.RequestException) -> str:
    import requests

    if error.response is not None:
        return f"HTTP {error.response.status_code} {error.response.reason}"
    causes = {
        requests.Timeout: "no answer in time",
        requests.exceptions.SSLError: "no secure connection (TLS)",
        requests.exceptions.ProxyError: "the proxy refused",
        requests.exceptions.ChunkedEncodingError: "the connection broke off",
        requests.ConnectionError: "no connection",
    }
    return next((cause for kind, cause in causes.items() if isinstance(error, kind)), type(error).__name__)


def _size(file: Path) -> int:
    return file.stat().st_size if file.is_file() else 0
