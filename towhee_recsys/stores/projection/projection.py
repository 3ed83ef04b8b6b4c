"""Places of items on a map, in the versions of a keyed store."""

from __future__ import annotations

import logging
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence

import numpy as np
from pydantic_core import from_json, to_json

from towhee_recsys.data.items import Id
from towhee_recsys.stores.keyed import KeyedStore, Versioned, open_keyed

log = logging.getLogger(__name__)

MOST_PLACES = 100_000
"""The most items on a map; of more items, a fixed sample is on it."""

COUNT = "count"
"""The key of the row with the number of chunks: it is written last, so that an interrupted version has none."""

CHUNK = 1000
"""Items in one row."""


class Projection(Versioned):
    """Where items are on a map. A version has the name of the build that it belongs to; a build can be without one.

    Safe under threads. When the store fails, a call raises StoreError, by the timeout at the latest.
    """

    def __str__(self) -> str:
        """What it is and where, for messages."""
        return f"the map of items in {self.url!r}"

    def write(self, ids: Sequence[Id], places: np.ndarray, version: str) -> None:
        """Replaces a version by the places int16[n, 2] of `ids`. Of more than `MOST_PLACES` items a sample is kept.

        Raises:
            StoreError: the store fails.
        """
        self.drop(version)
        if len(ids) > MOST_PLACES:
            chosen = np.sort(np.random.default_rng(0).choice(len(ids), MOST_PLACES, replace=False))
            ids, places = [ids[row] for row in chosen.tolist()], places[chosen]
        self._store.write(_rows(ids, places), version)

    def read(self, version: str) -> tuple[list[Id], np.ndarray]:
        """The ids of the items on the map of a version, and their places, int16[n, 2]; both are empty without a map.

        A broken row is logged, and its items have no place.

        Raises:
            StoreError: the store fails.
        """
        keys = [str(number) for number in range(self._count(version))]
        found = self._store.read(keys, version)
        ids: list[Id] = []
        places = [np.zeros((0, 2), np.int16)]
        for key in keys:
            part_ids, part_places = self._chunk(key, found.get(key, b""))
            ids += part_ids
            places.append(part_places)
        return ids, np.concatenate(places)

    def exists(self, version: str) -> bool:
        """Whether a build has a map, if only of no items.

        Raises:
            StoreError: the store fails.
        """
        return bool(self._store.read([COUNT], version))

    def _count(self, version: str) -> int:
        text = self._store.read([COUNT], version).get(COUNT, b"0")
        try:
            return int(text)
        except ValueError:
            self._broken(COUNT)
            return 0

    def _broken(self, key: str) -> None:
        log.warning("%s has a broken row %r; `towhee-recsys index` writes it again", self, key)

    def _chunk(self, key: str, text: bytes | str) -> tuple[list[Id], np.ndarray]:
        try:
            ids, places = from_json(text)
            return list(ids), np.frombuffer(b64decode(places), "<i2").reshape(len(ids), 2).astype(np.int16)
        except (ValueError, TypeError):
            self._broken(key)
            return [], np.zeros((0, 2), np.int16)


_open: dict[KeyedStore, Projection] = {}


def open_projection(url: str) -> Projection:
    """The map of items beside the catalogue at `url`, opened once a process.

    Raises:
        StoreError: it is another kind of URL, or the store cannot be opened.
        ConfigError: an environment variable in it is not set.
    """
    store = open_keyed(url, table="projection", setting="catalogue")
    return _open.setdefault(store, Projection(store))


def _rows(ids: Sequence[Id], places: np.ndarray) -> Iterator[tuple[str, str]]:
    starts = range(0, len(ids), CHUNK)
    for number, start in enumerate(starts):
        part = slice(start, start + CHUNK)
        packed = b64encode(places[part].astype("<i2").tobytes()).decode()
        yield str(number), to_json([list(ids[part]), packed]).decode()
    yield COUNT, str(len(starts))
