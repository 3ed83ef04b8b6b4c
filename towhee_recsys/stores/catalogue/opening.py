"""Opens a catalogue by its URL."""

from __future__ import annotations

from towhee_recsys.stores.catalogue.address import CatalogueUrl
from towhee_recsys.stores.catalogue.kinds import KINDS
from towhee_recsys.stores.catalogue.protocol import Catalogue
from towhee_recsys.stores.catalogue.urls import parse_url
from towhee_recsys.support.forks import new_lock

_open: dict[CatalogueUrl, Catalogue] = {}
_lock = new_lock()


def open_catalogue(url: str) -> Catalogue:
    """The catalogue at `url`, opened once a process; see `parse_url` for what a URL may be.

    Raises:
        StoreError: it is another kind of URL, or the catalogue cannot be opened.
    """
    address = parse_url(url)
    if address not in _open:
        [kind] = (each for each in KINDS if each.name == address.kind)
        opened = kind.open(address)  # outside the lock, so that no caller waits for another caller's server
        with _lock:
            _open.setdefault(address, opened)
    return _open[address]


def check_url(url: str) -> None:
    """Checks a catalogue's URL; opens nothing.

    Raises:
        StoreError: it is another kind of URL, or a package that it needs is not installed.
    """
    parse_url(url)
