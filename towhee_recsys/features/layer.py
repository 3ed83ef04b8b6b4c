"""Layers in NumPy: from a feature's array to one vector a record, without PaddlePaddle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Weight = Callable[..., np.ndarray]
"""Gives the weight of a name as a fresh float32 array of a shape, `weight("join.bias", 256)`, or raises an error."""


@dataclass(frozen=True)
class Layer:
    """`read(array, table) + bias`, where `read` is linear in `table` float32[rows, size].

    So a linear layer that follows can be folded into `table` and `bias` float32[size] in advance.
    """

    read: Callable[[np.ndarray, np.ndarray], np.ndarray]
    table: np.ndarray
    bias: np.ndarray

    def __call__(self, array: np.ndarray) -> np.ndarray:
        """One vector for each line of `array`: float32[n, size]."""
        return self.read(array, self.table) + self.bias

    def then(self, weight: np.ndarray, bias: np.ndarray) -> Layer:
        """This layer and a connected one after it, as one."""
        return Layer(self.read, self.table @ weight, self.bias @ weight + bias)


def lookup(rows: np.ndarray, table: np.ndarray) -> np.ndarray:
    """The lines of `table` at `rows`: float32[..., size]."""
    return table.take(rows, axis=0)


def zeros(size: int) -> np.ndarray:
    """The bias of a layer that has none: float32[size]."""
    return np.zeros(size, dtype=np.float32)


def within(weight: Weight, prefix: str) -> Weight:
    """The weights whose names begin with `prefix`, by the rest of their names."""
    return lambda name, *shape: weight(prefix + name, *shape)
