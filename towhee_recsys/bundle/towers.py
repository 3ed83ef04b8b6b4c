"""The parts of a bundle that encoders use: its towers and known records, checked to fit together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np

from towhee_recsys.bundle.bundle import Bundle
from towhee_recsys.bundle.contents import CURE
from towhee_recsys.bundle.manifest import KNOWN, WEIGHTS
from towhee_recsys.errors import BundleError
from towhee_recsys.features.layer import Weight
from towhee_recsys.model.embeddings import normalize
from towhee_recsys.model.towers import NUMPY_TOWERS, NumpyTower, roles

Entity = Literal["user", "item"]
"""Whether a record is a user or an item."""


class Loaded(NamedTuple):
    """A tower of users or items, the row of each known record by its id as text, and the known records' arrays."""

    tower: NumpyTower
    rows: dict[str, int]
    arrays: list[np.ndarray]


@lru_cache(maxsize=8)  # both towers of a few models: a service that outlives many trainings keeps no more
def loaded(bundle: Bundle, entity: Entity) -> Loaded:
    """The tower and the known records of users or of items.

    Raises:
        BundleError: they do not fit each other or the vocabularies, or cannot be read.
    """
    with unchanged(bundle):
        tower = _tower(bundle, f"{entity}_tower")
        ids, arrays = _known(bundle, entity)
        return Loaded(tower, {key: row for row, key in enumerate(ids)}, arrays)


@lru_cache(maxsize=8)
def rating_tower(bundle: Bundle) -> NumpyTower:
    """The tower of the users' vectors whose cosine with an item's is read as a rating, of the objective `both`.

    Raises:
        BundleError: its weights do not fit the vocabularies, or cannot be read.
    """
    with unchanged(bundle):
        return _tower(bundle, "rating_tower")


@lru_cache(maxsize=4)
def item_vectors(bundle: Bundle) -> tuple[dict[str, int], np.ndarray]:
    """The row of each item that the model knows by its id, as text, and their unit vectors float32[m, dim].

    Raises:
        BundleError: the items do not fit the tower, or cannot be read.
    """
    tower, rows, arrays = loaded(bundle, "item")
    return rows, np.asarray(normalize(tower(arrays)))


@contextmanager
def unchanged(bundle: Bundle) -> Iterator[None]:
    """Checks that what the block reads is of this bundle, and reports a replaced bundle as such.

    Raises:
        BundleError: another training has replaced the bundle.
    """
    try:
        yield
    except BundleError:
        bundle.check_unchanged()
        raise
    bundle.check_unchanged()


def _tower(bundle: Bundle, name: str) -> NumpyTower:
    make, role = NUMPY_TOWERS[bundle.config.model.tower], roles(bundle.config.objective)[name]
    encoder = bundle.items if role == "item" else bundle.users
    return make(encoder, bundle.dim, role, _weights(bundle, f"{name}."))


def _weights(bundle: Bundle, prefix: str) -> Weight:
    """The weights whose names begin with `prefix`, each of which must be of the expected shape and finite."""
    file, stored = bundle.directory / WEIGHTS, bundle.arrays(WEIGHTS, prefix)

    def weight(name: str, *shape: int) -> np.ndarray:
        array = stored.pop(prefix + name, None)
        expected = f"float32{[*shape]}"
        found = "missing" if array is None else f"{array.dtype}{[*array.shape]}"
        if array is None or found != expected:
            raise BundleError(
                f"{file}: {prefix}{name} is {found}; features.json and config.yaml ask for {expected}. {CURE}"
            )
        if not np.isfinite(array).all():
            raise BundleError(f"{file}: {prefix}{name} has numbers that are not finite. {CURE}")
        return array

    return weight


def _known(bundle: Bundle, entity: Entity) -> tuple[list[str], list[np.ndarray]]:
    """The ids of the records that the model knows, as text, and their arrays, one a feature."""
    stored, encoder = bundle.arrays(KNOWN, f"{entity}."), bundle.users if entity == "user" else bundle.items
    nothing = np.zeros(0)
    ids = stored.get(f"{entity}.ids", nothing)
    arrays = [stored.get(f"{entity}.{index}", nothing) for index in range(len(encoder.features))]
    expected = zip(arrays, encoder.encode([{}]), encoder.columns, strict=True)
    fit = [_fits(array, len(ids), like, column.table_rows) for array, like, column in expected]
    if ids.ndim != 1 or ids.dtype.kind != "U" or not all(fit):
        raise BundleError(f"{bundle.directory / KNOWN} does not fit features.json. {CURE}")
    return ids.tolist(), arrays


def _fits(array: np.ndarray, count: int, like: np.ndarray, rows: int) -> bool:
    """Whether `array` has `count` lines such as `like`; where they are rows of a table, of one that has `rows`."""
    if array.shape != (count, *like.shape[1:]) or array.dtype != like.dtype:
        return False
    return array.dtype != np.int64 or not array.size or (array.min() >= 0 and array.max() < rows)
