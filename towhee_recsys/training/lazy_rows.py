"""Adam for large tables of embeddings: the updates of a row are computed when a step reads the row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from towhee_recsys.features import FeatureEncoder
from towhee_recsys.features.vocabulary import UNKNOWN
from towhee_recsys.model.paddle.quiet import nn, paddle
from towhee_recsys.model.paddle.towers import Tower
from towhee_recsys.support.step_timers import timed

BETA1, EPSILON = 0.9, 1e-8
"""Adam's first decay, and what keeps it from dividing by 0; Paddle's defaults."""

LARGE = 20_000
"""Smaller tables are updated whole, which takes little time."""

SHARE = 4
"""Tables with fewer rows than so many times those that a step reads are updated whole, too."""

CHUNK = 8_192
"""Rows at a time where all are brought up to date."""


class LazyRows:
    """An embedding table whose rows have the values that Adam on all rows would give them, whenever a step reads them.

    Adam moves a row after the step that read it, too, by moments that decay. Where the gradients are 0, a row's moments
    after k steps are `beta1**k * mean` and `beta2**k * square`, so that all its moves are the first one times a sum
    that does not depend on the row. It is made up for at once, before the row is read again: a delayed update in closed
    form, as Lipton & Elkan 2015, arXiv:1505.06449, make it for regularisation. Adam's epsilon is taken as if it decayed
    as the square root of `square` does.

    Attributes:
        weight: The table, float32[rows, size].
        mean: Adam's first moments, likewise.
        square: The second ones.
    """

    def __init__(self, weight: paddle.Tensor, array: np.ndarray, beta2: float):
        self.weight, self._array, self._beta2 = weight, array, beta2
        self.mean, self.square = paddle.zeros_like(weight), paddle.zeros_like(weight)
        self._updated = np.zeros(len(weight), dtype=np.int64)
        self._sums = np.zeros(1)
        self._read: tuple[np.ndarray, paddle.Tensor, list[paddle.Tensor]] | None = None

    @timed("towers forward")
    def __call__(self, lines: np.ndarray, own: slice = slice(None)) -> paddle.Tensor:
        """The embeddings of the users or the items in these lines of the feature's array: float32[n, size].

        With `own`, only those of this slice of the lines; the rows of all are read, and updated by `update`.
        """
        rows, inverse = np.unique(self._array[lines], return_inverse=True)
        value, mean, square = self._current(rows)
        leaf = value.clone()
        leaf.stop_gradient = False
        self._read = rows, leaf, [value, mean, square]
        padding = 0 if rows[0] == UNKNOWN else None
        return nn.functional.embedding(paddle.to_tensor(inverse[own]), leaf, padding_idx=padding)

    @property
    def gradient(self) -> paddle.Tensor:
        """The gradient by the rows that were read last, which may be replaced in place."""
        assert self._read, "rows are read before they have gradients"
        leaf = self._read[1]
        if leaf.grad is None:
            leaf.grad = paddle.zeros_like(leaf)
        return leaf.grad

    def update(self, learning_rate: float, step: int) -> None:
        """Adam's step number `step`, from 1 up, for the rows that were read last, by the gradients that they have."""
        assert self._read, "rows are read before they are updated"
        rows, _, (value, mean, square) = self._read
        rate = learning_rate * np.sqrt(1 - self._beta2**step) / (1 - BETA1**step)
        gradient = self.gradient
        self._advance(rate)
        with paddle.no_grad():
            mean = BETA1 * mean + (1 - BETA1) * gradient
            square = self._beta2 * square + (1 - self._beta2) * gradient * gradient
            self._write(rows, value - rate * mean / (paddle.sqrt(square) + EPSILON), mean, square)
        self._read = None

    def finish(self) -> None:
        """Brings all rows up to date."""
        for first in range(0, len(self._updated), CHUNK):
            rows = np.arange(first, min(first + CHUNK, len(self._updated)))
            self._write(rows, *self._current(rows))
        self._updated[:], self._sums = 0, np.zeros(1)

    def _current(self, rows: np.ndarray) -> Sequence[paddle.Tensor]:
        """The values of `rows` and their moments, after all steps so far."""
        steps = len(self._sums) - 1 - self._updated[rows]
        factors = [self._sums[self._updated[rows]], BETA1**steps, self._beta2**steps]
        moved, first, second = (paddle.to_tensor(each.astype(np.float32)[:, None]) for each in factors)
        with paddle.no_grad():
            index = paddle.to_tensor(rows)
            value, mean, square = (paddle.gather(each, index) for each in (self.weight, self.mean, self.square))
            return value - moved * mean / (paddle.sqrt(square) + EPSILON), first * mean, second * square

    def _advance(self, rate: float) -> None:
        """Adds a step to the sums, each of which is of the moves since a step, relative to mean / sqrt(square)."""
        ages = np.arange(len(self._sums), 0, -1)
        self._sums = np.append(self._sums + rate * (BETA1 / np.sqrt(self._beta2)) ** ages, 0.0)

    def _write(self, rows: np.ndarray, *values: paddle.Tensor) -> None:
        with paddle.no_grad():
            for table, own in zip((self.weight, self.mean, self.square), values, strict=True):
                paddle.scatter_(table, paddle.to_tensor(rows), own)
        self._updated[rows] = len(self._sums) - 1


def lazy_rows(
    encoder: FeatureEncoder, tower: Tower, arrays: Sequence[np.ndarray], read: int, beta2: float
) -> dict[int, LazyRows]:
    """The features of `tower` whose tables are large, by their numbers; a step reads about `read` rows."""
    return {number: LazyRows(weight, arrays[number], beta2) for number, weight in _large(encoder, tower, read)}


def _large(encoder: FeatureEncoder, tower: Tower, read: int) -> Iterator[tuple[int, paddle.Tensor]]:
    for number, feature in enumerate(encoder.features):
        if feature.is_id and len(weight := tower.inputs[number].embedding.weight) >= max(LARGE, SHARE * read):
            yield number, weight
