"""What items' features say in a step of training, without computing the same twice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from towhee_recsys.features import FeatureEncoder
from towhee_recsys.model.paddle.quiet import nn, paddle
from towhee_recsys.model.paddle.towers import Tower

SHARE = 1 / 16
"""The part of the texts that a step reads anew and learns from; of the others it takes what was said last: a text CNN
costs more than all the rest of a step, and changes more slowly."""


class Texts:
    """What each item's text says, int64[items, length] as float32[items, size]; up to date in parts."""

    def __init__(self, layer: nn.Layer, words: np.ndarray):
        self._layer, self._words = layer, words
        self._said = np.zeros((0, 0), dtype=np.float32)

    def refresh(self) -> None:
        """Reads all texts, so that an epoch begins the same way whether or not training was interrupted."""
        with paddle.no_grad():
            self._said = self._layer(paddle.to_tensor(self._words)).numpy()

    def __call__(self, items: np.ndarray, rng: np.random.Generator) -> paddle.Tensor:
        """float32[c, size] for the items at these places; a random part of them carries gradients to the layer."""
        said = paddle.to_tensor(self._said[items])
        fresh = np.flatnonzero(rng.random(len(items)) < SHARE)
        if not len(fresh):
            return said
        spoken = self._layer(paddle.to_tensor(self._words[items[fresh]]))
        self._said[items[fresh]] = spoken.numpy()
        return paddle.scatter(said, paddle.to_tensor(fresh), spoken)


class Repeated:
    """A feature that many items share, such as genres: each distinct line of its array is read once a step.

    `hidden` is the share of items for which a step takes `unknown`, the line of those of which nothing is known.
    """

    def __init__(self, layer: nn.Layer, lines: np.ndarray, unknown: np.ndarray, hidden: float):
        self._layer, self._hidden = layer, hidden
        distinct, places = np.unique(np.concatenate([unknown, lines]), axis=0, return_inverse=True)
        self._distinct, places = paddle.to_tensor(distinct), places.reshape(-1)
        self._unknown, self._places = places[0], places[1:]

    def refresh(self) -> None:
        """It is always up to date."""

    def __call__(self, items: np.ndarray, rng: np.random.Generator) -> paddle.Tensor:
        """float32[c, size] for the items at these places."""
        hidden = rng.random(len(items)) < self._hidden
        places = np.where(hidden, self._unknown, self._places[items])
        return nn.functional.embedding(paddle.to_tensor(places), self._layer(self._distinct))


def spoken(
    side: FeatureEncoder, tower: Tower, arrays: Sequence[np.ndarray], hidden: float
) -> dict[int, Texts | Repeated]:
    """For the features of items, by their places, what speaks for them in training; ids speak for themselves."""
    found: dict[int, Texts | Repeated] = {}
    for place, (feature, nothing) in enumerate(zip(side.features, side.encode([{}]), strict=True)):
        layer, lines = tower.inputs[place], arrays[place]
        if feature.is_costly:
            found[place] = Texts(layer, lines)
        elif not feature.is_id:
            found[place] = Repeated(layer, lines, nothing, hidden if feature.learns_unknown else 0)
    return found
