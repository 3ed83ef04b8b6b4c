"""What encoders use of a bundle: its towers and the records that it knows, checked to fit together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Literal

import numpy as np

from towhee_recsys.bundle.bundle import Bundle
from towhee_recsys.errors import BundleError
from towhee_recsys.features.layer import Weight
from towhee_recsys.model.embeddings import normalize
from towhee_recsys.model.towers import NUMPY_TOWERS, NumpyTower, roles

SideName = Literal["user", "item"]
AGAIN = "Train again, or restore the folder."


@lru_cache(maxsize=8)  # both towers of a few models: a service that goes on while others are trained keeps no more
def loaded(bundle: Bundle, side: SideName) -> tuple[NumpyTower, dict[str, int], list[np.ndarray]]:
    """The tower, the line of each known record by its id, and the known records' arrays.

    Raises BundleError when they do not fit each other or the vocabularies, or cannot be read.
    """
    with unchanged(bundle):
        tower = _tower(bundle, f"{side}_tower")
        ids, arrays = _known(bundle, side)
        return tower, {key: line for line, key in enumerate(ids)}, arrays


@lru_cache(maxsize=8)
def rating_tower(bundle: Bundle) -> NumpyTower:
    """The tower of the users' vectors whose cosine with an item's is read as stars, where the objective is `both`."""
    with unchanged(bundle):
        return _tower(bundle, "rating_tower")


@lru_cache(maxsize=4)
def item_vectors(bundle: Bundle) -> tuple[dict[str, int], np.ndarray]:
    """The line of each item that the model knows by its id, as text, and their unit vectors float32[m, dim]."""
    tower, lines, known = loaded(bundle, "item")
    return lines, np.asarray(normalize(tower(known)))


@contextmanager
def unchanged(bundle: Bundle) -> Iterator[None]:
    """What is read meanwhile is of this bundle; where it is not, that is the error, rather than what comes of it."""
    try:
        yield
    except BundleError:
        bundle.check_unchanged()
        raise
    bundle.check_unchanged()


def _tower(bundle: Bundle, name: str) -> NumpyTower:
    make, role = NUMPY_TOWERS[bundle.config.model.tower], roles(bundle.config.objective)[name]
    side = bundle.items if role == "item" else bundle.users
    return make(side, bundle.dim, role, _weights(bundle, f"{name}."))


def _weights(bundle: Bundle, prefix: str) -> Weight:
    """The weights whose names begin with `prefix`; one that is not as it is asked for is a BundleError."""
    file, stored = bundle.directory / "weights.npz", bundle.arrays("weights.npz", prefix)

    def weight(name: str, *shape: int) -> np.ndarray:
        array = stored.pop(prefix + name, None)
        asked = f"float32{[*shape]}"
        found = "missing" if array is None else f"{array.dtype}{[*array.shape]}"
        if array is None or found != asked:
            raise BundleError(
                f"{file}: {prefix}{name} is {found}; features.json and config.yaml ask for {asked}. {AGAIN}"
            )
        if not np.isfinite(array).all():
            raise BundleError(f"{file}: {prefix}{name} has numbers that are not finite. {AGAIN}")
        return array

    return weight


def _known(bundle: Bundle, name: SideName) -> tuple[list[str], list[np.ndarray]]:
    """The ids of the records that the model knows, as text, and their arrays, one a feature."""
    stored, side = bundle.arrays("known.npz", f"{name}."), bundle.users if name == "user" else bundle.items
    nothing = np.zeros(0)
    ids = stored.get(f"{name}.ids", nothing)
    arrays = [stored.get(f"{name}.{place}", nothing) for place in range(len(side.features))]
    like = side.encode([{}])
    fit = [_fits(array, len(ids), like[place], side.columns[place].table_rows) for place, array in enumerate(arrays)]
    if ids.ndim != 1 or ids.dtype.kind != "U" or not all(fit):
        raise BundleError(f"{bundle.directory / 'known.npz'} does not fit features.json. {AGAIN}")
    return ids.tolist(), arrays


def _fits(array: np.ndarray, count: int, like: np.ndarray, rows: int) -> bool:
    """Whether `array` has `count` lines such as `like`; where they are rows of a table, of one that has `rows`."""
    if array.shape != (count, *like.shape[1:]) or array.dtype != like.dtype:
        return False
    return array.dtype != np.int64 or not array.size or (array.min() >= 0 and array.max() < rows)
