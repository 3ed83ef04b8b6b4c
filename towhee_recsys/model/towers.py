"""The towers in NumPy, for queries: the same vectors from the same weights as PaddlePaddle's, without it.

Either tower comes down to a sum over the features, so that whatever does not depend on the record is folded into the
features' tables when the tower is made: of a user who has an id and categories the vector is a sum of some rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np

from towhee_recsys.config.objectives import Objective, purposes
from towhee_recsys.features import FeatureEncoder
from towhee_recsys.features.layer import Layer, Weight, lookup, within, zeros

Role = Literal["ranking", "rating", "item"]
"""What a tower gives vectors of: users, to find items for or to predict the ratings of, or items."""

NumpyTower = Callable[[Sequence[np.ndarray]], np.ndarray]
"""Raw vectors float32[n, size] for arrays in the order of the declared features. Any number of threads may call it."""

NORM_DIMS = 2
"""How many numbers of a sum tower's raw vector are not free, but preserve its norm: see `paddle.towers.SumTower`."""

DIRECTIONS: dict[Role, int] = {"ranking": 1, "rating": 2, "item": 2}
"""How many directions the ids of a sum tower share. What many see and what they rate high is not the same, so items
have two; a rating user has a mean, and agrees with the others' ratings more or less."""

CHUNK = 64
"""Lines at a time: intermediate arrays stay small, and so do the matrix products, for which BLAS otherwise starts
threads that wait for each other on a busy machine."""


def free_size(tower: str, size: int) -> int:
    """How many numbers of a raw vector of `size` a user's own data moves: those of a sum tower's norm are fixed."""
    return size - NORM_DIMS if tower == "sum" else size


def roles(objective: Objective) -> dict[str, Role]:
    """The towers of a model by their names, and the role of each."""
    first, *others = purposes(objective)
    made: dict[str, Role] = {"user_tower": first, "item_tower": "item"}
    return made | {"rating_tower": "rating"} if "rating" in others else made


def sum_tower(encoder: FeatureEncoder, size: int, role: Role, weight: Weight) -> NumpyTower:
    """`paddle.towers.SumTower`, with the ids' biases folded into their tables."""
    free, count = size - NORM_DIMS, DIRECTIONS[role]
    layers = [_layer(encoder, index, free, weight) for index in range(len(encoder.features))]
    ids = [layer.table for layer, feature in zip(layers, encoder.features, strict=True) if feature.is_id]
    for index, table in enumerate(ids):
        bias = within(weight, f"biases.{index}.")
        table += bias("amounts.weight", len(table), count) @ bias("directions", count, free)
    norm = np.array((1, 0) if role == "item" else (0, 1), dtype=np.float32)
    constant = np.concatenate([weight("base_vector", free), norm])
    return _sum_of([Layer(layer.read, _widened(layer.table), _widened(layer.bias)) for layer in layers], constant)


def joined_tower(encoder: FeatureEncoder, size: int, role: Role, weight: Weight) -> NumpyTower:
    """`paddle.towers.JoinedTower`: joining is the sum of each feature's part through its rows of the last layer."""
    sizes = [feature.joined_size for feature in encoder.features]
    join = np.split(weight("join.weight", sum(sizes), size), np.cumsum(sizes)[:-1])
    parts = []
    for index, own in enumerate(sizes):
        connected = weight(f"own.{index}.weight", own, own), weight(f"own.{index}.bias", own)
        parts.append(_part(_layer(encoder, index, own, weight).then(*connected), join[index]))
    return _sum_of(parts, weight("join.bias", size))


NUMPY_TOWERS = {"sum": sum_tower, "joined": joined_tower}
"""The towers by their names in the config."""


def _layer(encoder: FeatureEncoder, index: int, size: int, weight: Weight) -> Layer:
    return encoder.columns[index].layer(size, within(weight, f"inputs.{index}."))


def _widened(array: np.ndarray) -> np.ndarray:
    """`array` with zeros in the dimensions that preserve the norm."""
    return np.pad(array, [(0, 0)] * (array.ndim - 1) + [(0, NORM_DIMS)])


def _part(layer: Layer, join: np.ndarray) -> Layer:
    """tanh(layer) @ join; where rows are looked up, it is computed for all rows in advance."""
    bias = zeros(join.shape[1])
    if layer.read is lookup:
        return Layer(lookup, np.tanh(layer.table + layer.bias) @ join, bias)
    return Layer(lambda array, table: np.tanh(layer(array)) @ table, join, bias)


def _sum_of(layers: Sequence[Layer], constant: np.ndarray) -> NumpyTower:
    constant = np.sum([constant, *(layer.bias for layer in layers)], axis=0)
    looked_up = [layer.table for layer in layers if layer.read is lookup]
    if looked_up:
        looked_up[0] += constant
    reads = [(layer.read, layer.table) for layer in layers]

    def lines(arrays: Sequence[np.ndarray]) -> np.ndarray:
        outputs = (read(array, table) for (read, table), array in zip(reads, arrays, strict=True))
        raw = next(outputs)
        for output in outputs:
            raw += output
        return raw if looked_up else raw + constant

    def tower(arrays: Sequence[np.ndarray]) -> np.ndarray:
        count = len(arrays[0])
        if count <= CHUNK:
            return lines(arrays)
        raw = np.empty((count, len(constant)), dtype=np.float32)
        for first in range(0, count, CHUNK):
            raw[first : first + CHUNK] = lines([array[first : first + CHUNK] for array in arrays])
        return raw

    return tower
