"""The towers of towers.py in NumPy, for queries: the same vectors from the same weights, without PaddlePaddle.

Either tower comes down to a sum over the features, so that all that does not depend on the record is folded into the
features' tables when the tower is made: of a user who has an id and categories the vector is a sum of some rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np

from towhee_recsys.config.schema import Objective
from towhee_recsys.features import FeatureEncoder
from towhee_recsys.model.numpy_inputs import Layer, Weight, input_layer, pick, within

Role = Literal["ranking", "rating", "item"]
"""What a tower gives vectors of: users, to find items for or to predict the stars of, or items."""

NumpyTower = Callable[[Sequence[np.ndarray]], np.ndarray]
"""Raw vectors float32[n, size] for arrays in the order of the declared features. Any number of threads may call it."""

NORM_DIMS = 2
"""How many numbers of a sum tower's raw vector are not free, but carry its length: see `towers.SumTower`."""

DIRECTIONS: dict[Role, int] = {"ranking": 1, "rating": 2, "item": 2}
"""How many directions the ids of a sum tower share. What many see and what they rate high is not the same, so items
have two; who rates has a mean, and goes along with the others' ratings more or less."""

CHUNK = 64
"""Lines at a time: what is computed on the way stays small, and so do the matrix products, for which BLAS otherwise
starts threads that wait for each other on a busy machine."""


def roles(objective: Objective) -> dict[str, Role]:
    """The towers of a model by their names, and what each is for."""
    made: dict[str, Role] = {"user_tower": "rating" if objective == "rating" else "ranking", "item_tower": "item"}
    return made | {"rating_tower": "rating"} if objective == "both" else made


def sum_tower(side: FeatureEncoder, size: int, role: Role, weight: Weight) -> NumpyTower:
    """`towers.SumTower`, with the ids' directions in their tables."""
    free, count = size - NORM_DIMS, DIRECTIONS[role]
    layers = [input_layer(side, place, free, weight) for place in range(len(side.features))]
    ids = [layer.table for layer, feature in zip(layers, side.features, strict=True) if feature.kind == "id"]
    for place, table in enumerate(ids):
        bias = within(weight, f"biases.{place}.")
        table += bias("amounts.weight", len(table), count) @ bias("directions", count, free)
    lift = np.array((1, 0) if role == "item" else (0, 1), dtype=np.float32)
    constant = np.concatenate([weight("general", free), lift])
    return _sum_of([Layer(layer.read, _widened(layer.table), _widened(layer.bias)) for layer in layers], constant)


def joined_tower(side: FeatureEncoder, size: int, role: Role, weight: Weight) -> NumpyTower:
    """`towers.JoinedTower`: to join is to sum what the features' parts of the last layer make of them."""
    sizes = [feature.filters if feature.kind == "text" else feature.size for feature in side.features]
    join = np.split(weight("join.weight", sum(sizes), size), np.cumsum(sizes)[:-1])
    parts = []
    for place, own in enumerate(sizes):
        connected = weight(f"own.{place}.weight", own, own), weight(f"own.{place}.bias", own)
        parts.append(_part(input_layer(side, place, own, weight).then(*connected), join[place]))
    return _sum_of(parts, weight("join.bias", size))


NUMPY_TOWERS = {"sum": sum_tower, "joined": joined_tower}
"""The towers by their names in the config."""


def _widened(array: np.ndarray) -> np.ndarray:
    """`array` with zeros where vectors are lifted."""
    return np.pad(array, [(0, 0)] * (array.ndim - 1) + [(0, NORM_DIMS)])


def _part(layer: Layer, join: np.ndarray) -> Layer:
    """What `join` makes of tanh(layer): where rows are picked, made of all rows in advance."""
    none = np.zeros(join.shape[1], dtype=np.float32)
    if layer.read is pick:
        return Layer(pick, np.tanh(layer.table + layer.bias) @ join, none)
    return Layer(lambda array, table: np.tanh(layer(array)) @ table, join, none)


def _sum_of(layers: Sequence[Layer], constant: np.ndarray) -> NumpyTower:
    constant = np.sum([constant, *(layer.bias for layer in layers)], axis=0)
    picked = [layer.table for layer in layers if layer.read is pick]
    if picked:
        picked[0] += constant
    reads = [(layer.read, layer.table) for layer in layers]

    def lines(arrays: Sequence[np.ndarray]) -> np.ndarray:
        said = (read(array, table) for (read, table), array in zip(reads, arrays, strict=True))
        raw = next(said)
        for each in said:
            raw += each
        return raw if picked else raw + constant

    def tower(arrays: Sequence[np.ndarray]) -> np.ndarray:
        count = len(arrays[0])
        if count <= CHUNK:
            return lines(arrays)
        raw = np.empty((count, len(constant)), dtype=np.float32)
        for first in range(0, count, CHUNK):
            raw[first : first + CHUNK] = lines([array[first : first + CHUNK] for array in arrays])
        return raw

    return tower
