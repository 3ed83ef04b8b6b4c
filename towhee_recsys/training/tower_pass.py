"""One tower in one step: forward to unit vectors, and back from the loss's gradient by them, in closed form, to that of
its weights, by Paddle's autograd.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from towhee_recsys.features import FeatureEncoder
from towhee_recsys.model.objectives import by_raw, unit
from towhee_recsys.model.paddle.quiet import paddle
from towhee_recsys.model.paddle.towers import Tower


class TowerPass:
    """The tower's `vectors` float32[n, dim], at length 1.

    `decay` times the mean squared length of what ids and texts say in them is lost, too: `decayed`.
    """

    def __init__(
        self,
        tower: Tower,
        side: FeatureEncoder,
        arrays: list[paddle.Tensor],
        decay: float,
        known: Mapping[int, paddle.Tensor] | None = None,
    ):
        outputs = tower.feature_outputs(arrays, known)
        decays = [decay and feature.decays for feature in side.features]
        damped = [each for own, each in zip(decays, outputs, strict=True) if own and not each.stop_gradient]
        pulls = [(decay / len(each), each.numpy()) for each in damped]
        self.decayed = sum(share * float(np.vdot(values, values)) for share, values in pulls)
        self._tensors, self._slopes = damped, [2 * share * values for share, values in pulls]
        self._raw = tower.combine(outputs, arrays)
        self.vectors, self._lengths = unit(self._raw.numpy())

    def backward(self, by_vectors: np.ndarray) -> None:
        """Puts the gradients into the weights, from the loss's by `vectors`."""
        slopes = [*self._slopes, by_raw(by_vectors, self.vectors, self._lengths)]
        paddle.autograd.backward([*self._tensors, self._raw], [paddle.to_tensor(slope) for slope in slopes])
