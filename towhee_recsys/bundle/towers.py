"""The parts of a bundle that encoders use: its towers and known records, checked to fit together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from towhee_recsys.bundle.arrays import ArrayFile, Header
from towhee_recsys.bundle.bundle import Bundle
from towhee_recsys.bundle.contents import CURE
from towhee_recsys.bundle.manifest import (
    ANCHOR_WEIGHTS,
    ANCHORS,
    COMPARED,
    COUNTS,
    ITEM_COUNTS,
    ITEM_VARIANCES,
    KNOWN,
    LOG_SUMS,
    MEANS,
    POPULARITY,
    USER_VARIANCES,
    WEIGHTS,
)
from towhee_recsys.bundle.unrated_items import completing
from towhee_recsys.errors import BundleError
from towhee_recsys.features.column import Column
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
        if entity == "item":
            tower = completing(bundle, tower, arrays)
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
    made = roles(bundle.config.objective)
    make, encoder = NUMPY_TOWERS[bundle.config.model.tower], bundle.items if made[name] == "item" else bundle.users
    with bundle.open_arrays(WEIGHTS) as stored:
        rest = set(stored.names)
        tower = make(encoder, bundle.dim, made[name], _weights(bundle, stored, rest, f"{name}."))
    others = tuple(f"{other}." for other in made if other != name)
    _must_be_used(bundle.directory / WEIGHTS, [each for each in rest if not each.startswith(others)])
    return tower


def _weights(bundle: Bundle, stored: ArrayFile, rest: set[str], prefix: str) -> Weight:
    """The weights whose names begin with `prefix`. Each must be of the expected shape and finite; it leaves `rest`."""
    file = bundle.directory / WEIGHTS

    def weight(name: str, *shape: int) -> np.ndarray:
        full, expected = prefix + name, Header(np.dtype(np.float32), shape)
        found = stored.header(full)
        if found != expected:
            raise BundleError(
                f"{file}: {full} is {found or 'missing'}; features.json and config.yaml ask for {expected}. {CURE}"
            )
        rest.discard(full)
        array = stored.read(full)
        if not np.isfinite(array).all():
            raise BundleError(f"{file}: {full} has numbers that are not finite. {CURE}")
        return array

    return weight


def _must_be_used(file: Path, names: Sequence[str]) -> None:
    """Raises BundleError for arrays that no model of this config has."""
    if names:
        raise BundleError(f"{file}: {min(names)} is an array that this model does not have. Do not use this bundle.")


def _known(bundle: Bundle, entity: Entity) -> tuple[list[str], list[np.ndarray]]:
    """The ids of the records that the model knows, as text, and their arrays, one a feature."""
    file, encoder = bundle.directory / KNOWN, bundle.users if entity == "user" else bundle.items
    names = [f"{entity}.{index}" for index in range(len(encoder.features))]
    with bundle.open_arrays(KNOWN) as stored:
        rest = [each for each in stored.names if each not in (f"{entity}.ids", *_OTHER_ARRAYS, *names)]
        _must_be_used(file, [each for each in rest if not each.startswith(_OTHER[entity])])
        headers = [stored.header(f"{entity}.ids"), *map(stored.header, names)]
        if not _fit(headers, encoder.encode([{}])):
            raise BundleError(f"{file} does not fit features.json. {CURE}")
        ids, *arrays = (stored.read(each) for each in (f"{entity}.ids", *names))
    if not all(map(_has_rows_of, encoder.columns, arrays)):
        raise BundleError(f"{file} does not fit features.json. {CURE}")
    return ids.tolist(), arrays


_OTHER_ARRAYS = (
    *(COUNTS, ITEM_COUNTS, POPULARITY),
    *(COMPARED, LOG_SUMS),
    *(USER_VARIANCES, ITEM_VARIANCES),
    *(ANCHORS, ANCHOR_WEIGHTS, MEANS),
)
"""Arrays in known.npz that are checked where they are read."""

_OTHER = {"user": "item.", "item": "user."}


def _fit(headers: Sequence[Header | None], encoded: Sequence[np.ndarray]) -> bool:
    """Whether the first of `headers` is of ids, and each other of as many lines such as those of `encoded`."""
    ids, *others = headers
    if ids is None or ids.dtype.kind != "U" or len(ids.shape) != 1:
        return False
    return others == [Header(like.dtype, (*ids.shape, *like.shape[1:])) for like in encoded]


def _has_rows_of(column: Column[Any], array: np.ndarray) -> bool:
    """Whether `array`, where it is rows of a table, is of rows that the table of `column` has."""
    return array.dtype != np.int64 or not array.size or (array.min() >= 0 and array.max() < column.table_rows)
