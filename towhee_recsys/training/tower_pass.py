"""One tower in one step: forward to unit vectors, and back from the loss's gradient by them.

The gradient by raw vectors is computed in closed form, and from there that by the weights by Paddle's autograd.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from towhee_recsys.features import FeatureEncoder
from towhee_recsys.model.objectives import grad_raw, unit
from towhee_recsys.model.paddle.quiet import paddle
from towhee_recsys.model.paddle.towers import Tower
from towhee_recsys.support.step_timers import timed


class TowerPass:
    """A tower's pass over some records.

    Attributes:
        vectors: Its vectors at length 1, float32[n, dim].
        decay_loss: `decay` times the mean squared length of the outputs of features that decay, such as ids.
    """

    @timed("towers forward")
    def __init__(
        self,
        tower: Tower,
        encoder: FeatureEncoder,
        arrays: list[paddle.Tensor],
        decay: float,
        known: Mapping[int, paddle.Tensor] | None = None,
    ):
        outputs = tower.feature_outputs(arrays, known)
        decays = [decay and feature.decays for feature in encoder.features]
        decayed = [each for own, each in zip(decays, outputs, strict=True) if own and not each.stop_gradient]
        self.decay_loss = sum(decay / len(each) * _squares(each.numpy()) for each in decayed)
        self._decayed, self._decay = decayed, decay
        self._raw = tower.combine(outputs, arrays)
        self.vectors, self._lengths = unit(self._raw.numpy())

    @timed("backward")
    def backward(self, grad_vectors: np.ndarray) -> None:
        """Adds to the weights' gradients, given the loss's gradient by `vectors`."""
        decays = [2 * (self._decay / len(each)) * each.numpy() for each in self._decayed]
        grads = [*decays, grad_raw(grad_vectors, self.vectors, self._lengths)]
        paddle.autograd.backward([*self._decayed, self._raw], [paddle.to_tensor(grad) for grad in grads])


def _squares(values: np.ndarray) -> float:
    return float(np.vdot(values, values))
