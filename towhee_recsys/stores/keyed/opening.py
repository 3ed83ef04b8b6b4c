"""Opens a keyed store by its URL."""

from __future__ import annotations

from towhee_recsys.stores.keyed.address import StoreUrl
from towhee_recsys.stores.keyed.kinds import KINDS
from towhee_recsys.stores.keyed.protocol import KeyedStore
from towhee_recsys.stores.keyed.urls import parse_url
from towhee_recsys.support.forks import new_lock

_open: dict[tuple[StoreUrl, str], KeyedStore] = {}
_lock = new_lock()


def open_keyed(url: str, table: str, setting: str) -> KeyedStore:
    """The `table` in the store at `url`, opened once a process; see `parse_url` for the URLs that are accepted.

    `table` is a plain name, such as "facts"; `setting` is the setting of the config that holds the URL, for messages.

    Raises:
        StoreError: it is another kind of URL, or the store cannot be opened.
    """
    address = parse_url(url, setting)
    if (address, table) not in _open:
        [kind] = (each for each in KINDS if each.name == address.kind)
        opened = kind.open(address, table)  # outside the lock, so that no caller waits for another caller's server
        with _lock:
            _open.setdefault((address, table), opened)
    return _open[address, table]


def check_url(url: str, setting: str) -> None:
    """Checks the URL of a store; opens nothing.

    Raises:
        StoreError: it is another kind of URL, or a package that it needs is not installed.
    """
    parse_url(url, setting)
