"""The interfaces of all keyed stores: of tables with one key, and of tables with groups of keys."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Protocol


class KeyedStore(Protocol):
    """Texts by version and key, in one table of a file or a server. Tables do not see each other's versions.

    Safe under threads. When the store fails, a call raises StoreError, by the timeout at the latest; once the store is
    available again, the next call succeeds. A version without rows does not exist.

    Attributes:
        url: The store's URL as it was written, without a password; for messages.
    """

    url: str

    def write(self, rows: Iterable[tuple[str, str]], version: str) -> None:
        """Adds rows (key, text) to a version, in place of older ones with their keys; in batches, each in one step.

        Raises:
            StoreError: the store fails.
        """
        ...

    def delete(self, keys: Sequence[str], version: str) -> None:
        """Removes rows from a version; a key that does not exist is ignored.

        Raises:
            StoreError: the store fails.
        """
        ...

    def read(self, keys: Sequence[str], version: str) -> dict[str, bytes | str]:
        """The texts of those of `keys` that a version has, of one state of it, in one round trip; bytes are UTF-8.

        Raises:
            StoreError: the store fails.
        """
        ...

    def rows(self, version: str) -> Iterator[tuple[str, bytes | str]]:
        """All rows (key, text) of a version, in any order, a part at a time; bytes are UTF-8.

        Raises:
            StoreError: the store fails.
        """
        ...

    def count(self, version: str) -> int:
        """The number of rows in a version; 0 for one that does not exist.

        Raises:
            StoreError: the store fails.
        """
        ...

    def versions(self) -> list[str]:
        """All versions, sorted by name.

        Raises:
            StoreError: the store fails.
        """
        ...

    def drop(self, version: str) -> None:
        """Removes all rows of a version in one step; one that does not exist is ignored.

        Raises:
            StoreError: the store fails.
        """
        ...

    def state(self) -> Hashable | None:
        """A value that changes with every write of any process; None if reading it takes a round trip.

        Raises:
            StoreError: the store fails.
        """
        ...


class GroupedStore(Protocol):
    """Texts by version, group and key, in one table of a file or a server. A group is read and removed as a whole.

    Safe under threads and processes: a row is written without being read before. What a call wrote is on the disk of
    the file or of MySQL when it returns; Redis writes to its disk as its server is configured. When the store fails, a
    call raises StoreError, by the timeout at the latest; once the store is available again, the next call succeeds.

    Attributes:
        url: The store's URL as it was written, without a password; for messages.
    """

    url: str

    def write(self, rows: Iterable[tuple[str, str, str]], version: str) -> None:
        """Adds rows (group, key, text) to a version, in place of older ones with their group and key: all in one step,
        in Redis each group's.

        Raises:
            StoreError: the store fails.
        """
        ...

    def delete(self, group: str, keys: Sequence[str], version: str) -> None:
        """Removes rows from a group; a key that does not exist is ignored.

        Raises:
            StoreError: the store fails.
        """
        ...

    def clear(self, group: str, version: str) -> None:
        """Removes a group in one step; one that does not exist is ignored.

        Raises:
            StoreError: the store fails.
        """
        ...

    def read(self, groups: Sequence[str], version: str) -> dict[str, dict[str, bytes | str]]:
        """For each of `groups` its texts by their keys, in one round trip; {} for an unknown one; bytes are UTF-8.

        Raises:
            StoreError: the store fails.
        """
        ...

    def rows(self, version: str) -> Iterator[tuple[str, str, bytes | str]]:
        """All rows (group, key, text) of a version, a part at a time; a group's come together.

        Raises:
            StoreError: the store fails.
        """
        ...

    def count(self, version: str) -> int:
        """The number of groups in a version.

        Raises:
            StoreError: the store fails.
        """
        ...

    def exists(self, version: str) -> bool:
        """Whether a version has any row.

        Raises:
            StoreError: the store fails.
        """
        ...

    def state(self) -> Hashable | None:
        """A value that changes with every write of any process; None if reading it takes a round trip.

        Raises:
            StoreError: the store fails.
        """
        ...
