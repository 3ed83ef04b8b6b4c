"""What encoders use of a bundle: its exported towers and the records that it knows, checked to fit together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Literal

import numpy as np

from towhee_recsys.bundle.bundle import Bundle
from towhee_recsys.errors import BundleError
from towhee_recsys.features import Side
from towhee_recsys.model.vectors import normalize

SideName = Literal["user", "movie"]
TABLE = re.compile(r"(user|movie)_tower\.inputs\.(\d+)\.(?:embedding|members|directions)\.weight")
"""What the weights of a feature are called; their first axis has as many rows as its vocabulary can give."""
AGAIN = "Train again, or restore the folder."


@lru_cache(maxsize=8)  # both towers of a few models: a service that goes on while others are trained keeps no more
def loaded(bundle: Bundle, side: SideName) -> tuple[Any, dict[str, int], list[np.ndarray]]:
    """The exported tower, the line of each known record by its id, and the known records' arrays.

    Raises BundleError when they do not fit each other or the vocabularies, or cannot be read.
    """
    features = bundle.users if side == "user" else bundle.movies
    with _unchanged(bundle):
        _tables_must_fit(bundle)
        ids, arrays = _known(bundle, side, features)
        return _tower(bundle, f"{side}_tower", features), {key: line for line, key in enumerate(ids)}, arrays


@lru_cache(maxsize=8)
def rating_tower(bundle: Bundle) -> Any:
    """The exported tower of the users' vectors whose cosine with a movie's is read as stars."""
    with _unchanged(bundle):
        return _tower(bundle, "rating_tower", bundle.users)


@lru_cache(maxsize=4)
def movie_vectors(bundle: Bundle) -> tuple[dict[str, int], np.ndarray]:
    """The line of each movie that the model knows by its id, as text, and their unit vectors float32[m, dim]."""
    tower, lines, known = loaded(bundle, "movie")
    parts = [tower([array[first : first + 4096] for array in known]) for first in range(0, len(lines), 4096)]
    return lines, np.asarray(normalize(np.concatenate(parts)))


@contextmanager
def _unchanged(bundle: Bundle) -> Iterator[None]:
    """What is read meanwhile is of this bundle; where it is not, that is the error, rather than what comes of it."""
    try:
        yield
    except BundleError:
        bundle.check_unchanged()
        raise
    bundle.check_unchanged()


def _tower(bundle: Bundle, name: str, side: Side) -> Any:
    from towhee_recsys.model.export import ExportedTower

    _must_be_of_this_paddle(bundle)
    file = bundle.directory / name
    try:
        tower = ExportedTower(file)
    except Exception as error:  # Paddle has many kinds
        raise BundleError(f"{file}.* cannot be loaded: {_cause(error)} {AGAIN}") from None
    try:
        given: Any = tower(_extremes(side)).shape
    except Exception as error:
        given = _cause(error)
    if given != (2, bundle.dim):
        raise BundleError(f"{file}.* does not fit the vocabularies and {bundle.dim} numbers a vector: {given} {AGAIN}")
    return tower


def _must_be_of_this_paddle(bundle: Bundle) -> None:
    from towhee_recsys.model.quiet_paddle import paddle

    theirs, ours = str(bundle.manifest["versions"]["paddlepaddle"]), paddle.__version__
    if _major(theirs) != _major(ours):
        raise BundleError(
            f"{bundle.directory} was written with PaddlePaddle {theirs}, and here is {ours}, which may read it wrong. "
            f"Install paddlepaddle {_major(theirs)}, or train again."
        )


def _major(version: str) -> str:
    return version.partition(".")[0]


def _extremes(side: Side) -> list[np.ndarray]:
    """Two records' arrays: of the unknown, and of the highest rows that the vocabularies can give."""
    unknown = side.encode([{}])
    return [
        np.concatenate([array, np.full_like(array, _highest(side, place)) if array.dtype == np.int64 else array])
        for place, array in enumerate(unknown)
    ]


def _highest(side: Side, place: int) -> int:
    """The highest row of an embedding table that the feature at `place` can ask for."""
    return len(side.columns[place].state["values"]) + (side.features[place].kind == "text")  # a text's padding


def _tables_must_fit(bundle: Bundle) -> None:
    """Raises BundleError when a vocabulary asks for rows that a table does not have: Paddle may read beside it."""
    tables = [
        (found, len(array)) for name, array in bundle.arrays("weights.npz").items() if (found := TABLE.match(name))
    ]
    for name, side in (("user", bundle.users), ("movie", bundle.movies)):
        for place, (feature, array) in enumerate(zip(side.features, side.encode([{}]), strict=True)):
            rows = _highest(side, place) + 1 if array.dtype == np.int64 else array.shape[1]
            there = {count for found, count in tables if found.groups() == (name, str(place))}
            if there != {rows}:
                counts = " or ".join(map(str, sorted(there))) or "no"
                raise BundleError(
                    f"{bundle.directory / 'features.json'} has {rows} rows of {feature.column}, "
                    f"and the weights have {counts}. {AGAIN}"
                )


def _known(bundle: Bundle, name: SideName, side: Side) -> tuple[list[str], list[np.ndarray]]:
    """The ids of the records that the model knows, as text, and their arrays, one a feature."""
    stored = bundle.arrays("known.npz")
    nothing = np.zeros(0)
    ids = stored.get(f"{name}.ids", nothing)
    arrays = [stored.get(f"{name}.{place}", nothing) for place in range(len(side.features))]
    fit = [
        _fits(array, (ids.size, *extremes.shape[1:]), extremes)
        for array, extremes in zip(arrays, _extremes(side), strict=True)
    ]
    if ids.ndim != 1 or ids.dtype.kind != "U" or not all(fit):
        raise BundleError(f"{bundle.directory / 'known.npz'} does not fit features.json. {AGAIN}")
    return ids.tolist(), arrays


def _fits(array: np.ndarray, shape: tuple[int, ...], extremes: np.ndarray) -> bool:
    if array.shape != shape or array.dtype != extremes.dtype:
        return False
    return array.dtype != np.int64 or not array.size or (array.min() >= 0 and array.max() <= extremes.max())


def _cause(error: Exception) -> str:
    """The line of Paddle's many that says what is wrong."""
    lines = [line.strip() for line in str(error).split("\n")]
    telling = [line for line in lines if line.startswith("(") or "Error: " in line] or lines
    return telling[0] or type(error).__name__
