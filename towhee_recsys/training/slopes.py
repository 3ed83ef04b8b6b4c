"""From the objectives' gradients in closed form to those of all weights, through the towers by Paddle's autograd."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from towhee_recsys.features import Side
from towhee_recsys.model.quiet_paddle import paddle
from towhee_recsys.model.towers import Tower

DAMPED = ("id", "text", "history")
"""The kinds of features that know single users and movies by heart, unless what they say is pulled to 0."""


class Slopes:
    """The tensors of one step that gradients begin at, with those gradients. `decayed` is the loss by decay."""

    def __init__(self) -> None:
        self._tensors: list[paddle.Tensor] = []
        self._slopes: list[paddle.Tensor] = []
        self.decayed = 0.0

    def forward(
        self,
        tower: Tower,
        side: Side,
        arrays: list[paddle.Tensor],
        decay: float,
        known: Mapping[int, paddle.Tensor] | None = None,
    ) -> paddle.Tensor:
        """Raw vectors; `decay` times the mean squared length of what ids and texts say in them is lost, too."""
        said = tower.said(arrays, known)
        for feature, vectors in zip(side.features, said, strict=True):
            if feature.kind in DAMPED and decay and not vectors.stop_gradient:
                values = vectors.numpy()
                self.decayed += decay * float(np.vdot(values, values)) / len(values)
                self.add(vectors, 2 * decay / len(values) * values)
        return tower.join_up(said, arrays)

    def add(self, tensor: paddle.Tensor, slope: np.ndarray) -> None:
        """The loss rises along `slope` at `tensor`."""
        self._tensors.append(tensor)
        self._slopes.append(paddle.to_tensor(slope))

    def backward(self) -> None:
        """Puts the gradients into the weights."""
        paddle.autograd.backward(self._tensors, self._slopes)
