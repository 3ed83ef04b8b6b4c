"""Movies' texts in training: a text CNN costs more than all the rest of a step, and changes more slowly."""

from __future__ import annotations

import numpy as np

from towhee_recsys.model.quiet_paddle import nn, paddle

SHARE = 0.125
"""The part of the texts that a step reads anew and learns from; of the others it takes what was said last."""


class Texts:
    """What each movie's text says, int64[movies, length] as float32[movies, size]; up to date in parts."""

    def __init__(self, layer: nn.Layer, words: np.ndarray):
        self._layer, self._words = layer, words
        self._said = np.zeros((0, 0), dtype=np.float32)

    def refresh(self) -> None:
        """Reads all texts, so that an epoch begins the same way whether or not training was interrupted."""
        with paddle.no_grad():
            self._said = self._layer(paddle.to_tensor(self._words)).numpy()

    def __call__(self, movies: np.ndarray, rng: np.random.Generator) -> paddle.Tensor:
        """float32[c, size] for the movies at these places; a random part of them carries gradients to the layer."""
        said = paddle.to_tensor(self._said[movies])
        fresh = np.flatnonzero(rng.random(len(movies)) < SHARE)
        if not len(fresh):
            return said
        spoken = self._layer(paddle.to_tensor(self._words[movies[fresh]]))
        self._said[movies[fresh]] = spoken.numpy()
        return paddle.scatter(said, paddle.to_tensor(fresh), spoken)
