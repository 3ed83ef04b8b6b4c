"""The outputs of items' features in a step of training, without computing the same twice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from towhee_recsys.features import FeatureEncoder
from towhee_recsys.model.paddle.quiet import nn, paddle
from towhee_recsys.model.paddle.towers import Tower
from towhee_recsys.support.step_timers import timed

REFRESHED_SHARE = 1 / 16
"""The share of its texts that a step computes and learns from; the others' outputs are the last ones computed. A text
CNN costs more than all the rest of a step, and changes more slowly."""

CHUNK = 8_192
"""Texts that are computed at once."""


class CachedTextFeature:
    """A text feature of all items, int64[items, length], whose outputs float32[items, size] are computed in parts."""

    def __init__(self, layer: nn.Layer, words: np.ndarray):
        self._layer, self._words = layer, words
        self._outputs = np.zeros((0, 0), dtype=np.float32)

    @timed("towers forward")
    def refresh(self) -> None:
        """Computes all outputs, so that an epoch starts the same way whether or not training was interrupted."""
        with paddle.no_grad():
            firsts = range(0, len(self._words), CHUNK)
            parts = [self._layer(paddle.to_tensor(self._words[first : first + CHUNK])).numpy() for first in firsts]
        self._outputs = np.concatenate(parts)

    @timed("towers forward")
    def __call__(self, items: np.ndarray, rng: np.random.Generator) -> paddle.Tensor:
        """float32[c, size] for the items of these rows; a random part of them carries gradients to the layer."""
        outputs = paddle.to_tensor(self._outputs[items])
        refreshed = np.flatnonzero(rng.random(len(items)) < REFRESHED_SHARE)
        if not len(refreshed):
            return outputs
        computed = self._layer(paddle.to_tensor(self._words[items[refreshed]]))
        self._outputs[items[refreshed]] = computed.numpy()
        return paddle.scatter(outputs, paddle.to_tensor(refreshed), computed)


class DedupedFeature:
    """A feature whose values many items share, such as categories: a step computes each distinct value once.

    Args:
        layer: The feature's layer.
        values: The encoded values of all items, with a line for each.
        unknown: The value of items of which nothing is known, likewise with one line.
        hidden: The probability with which a step gives an item that value in place of its own.
    """

    def __init__(self, layer: nn.Layer, values: np.ndarray, unknown: np.ndarray, hidden: float):
        self._layer, self._hidden = layer, hidden
        distinct, rows = np.unique(np.concatenate([unknown, values]), axis=0, return_inverse=True)
        self._distinct, rows = paddle.to_tensor(distinct), rows.reshape(-1)
        self._unknown, self._rows = rows[0], rows[1:]

    def refresh(self) -> None:
        """Does nothing: outputs are never kept from one step to the next."""

    @timed("towers forward")
    def __call__(self, items: np.ndarray, rng: np.random.Generator) -> paddle.Tensor:
        """float32[c, size] for the items of these rows."""
        hidden = rng.random(len(items)) < self._hidden
        rows = np.where(hidden, self._unknown, self._rows[items])
        return nn.functional.embedding(paddle.to_tensor(rows), self._layer(self._distinct))


CachedFeature = CachedTextFeature | DedupedFeature


def cached_features(
    encoder: FeatureEncoder, tower: Tower, arrays: Sequence[np.ndarray], hidden: float
) -> dict[int, CachedFeature]:
    """The features whose outputs training computes in a way of its own, all but ids, by their numbers.

    `hidden` is the share of known categories that a step hides, to train the row of unknown ones.
    """
    made: dict[int, CachedFeature] = {}
    for number, (feature, unknown) in enumerate(zip(encoder.features, encoder.encode([{}]), strict=True)):
        layer, values = tower.inputs[number], arrays[number]
        if feature.is_costly:
            made[number] = CachedTextFeature(layer, values)
        elif not feature.is_id:
            made[number] = DedupedFeature(layer, values, unknown, hidden if feature.learns_unknown else 0)
    return made
