"""One step of training: a block's losses, and their gradients by the weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from towhee_recsys.config.objectives import Purpose
from towhee_recsys.config.schema import TrainingConfig
from towhee_recsys.model.blocks import Block
from towhee_recsys.model.in_parts import in_parts, threads
from towhee_recsys.model.objectives import Distillation, Gradients, Objective
from towhee_recsys.model.paddle.fusion import FusionModel
from towhee_recsys.model.paddle.quiet import paddle
from towhee_recsys.model.paddle.towers import Tower
from towhee_recsys.training.cached_features import CachedFeature
from towhee_recsys.training.examples import Examples
from towhee_recsys.training.lazy_rows import LazyRows
from towhee_recsys.training.tower_pass import TowerPass
from towhee_recsys.training.worker_group import Part

TEACHER = "teacher"
"""The name of the loss against the teacher, beside the purposes."""

HISTORY_DROPPED = 0.5
"""Share of a history that a step does not see, as in Liang et al. 2018, arXiv:1802.05814."""


@dataclass(frozen=True, eq=False)
class BackwardPass:
    """The sum of `objectives`, each with the user tower of its purpose, and its way back through the towers.

    With a `distillation` the user tower for ratings learns by that, too.
    """

    model: FusionModel
    objectives: Mapping[Purpose, Objective]
    distillation: Distillation | None
    examples: Examples
    cached: Mapping[int, CachedFeature]
    large: Mapping[Tower, Mapping[int, LazyRows]]
    settings: TrainingConfig
    cores: int

    def __call__(self, block: Block, part: Part, rng: np.random.Generator) -> dict[str, float]:
        """Adds to the weights' gradients; returns the losses by purpose, that of the teacher and that of the decay.

        Gradients and losses are of the users of `part` alone, with all items. What is random is drawn for the whole
        block, so that it is the same in all workers.
        """
        users = self._user_tensors(block.users, part.lines, rng)
        items = self._item_pass(block.items, rng)
        running: list[tuple[TowerPass, dict[str, Callable[[], Gradients]]]] = []
        for name, objective in self.objectives.items():
            tower = self.model.tower(name)
            known = {number: rows(block.users, part.lines) for number, rows in self.large[tower].items()}
            own = TowerPass(tower, self.examples.users, users, objective.decay, known)
            vectors = own.vectors, items.vectors
            waits: dict[str, Callable[[], Gradients]] = {}
            if self.distillation and name == "rating":
                waits[TEACHER] = threads(self.cores).submit(self.distillation, *vectors, part.block).result
            waits[name] = in_parts(objective, *vectors, part.block, self.cores)
            running.append((own, waits))
        grad_items, losses = np.zeros_like(items.vectors), {}
        for own, waits in running:
            grad_users = np.zeros_like(own.vectors)
            for loss, wait in waits.items():
                losses[loss], grad_own_users, grad_own_items = wait()
                grad_users += grad_own_users
                grad_items += grad_own_items
            own.backward(grad_users)
        items.backward(grad_items)
        return losses | {"decay": items.decay_loss + sum(own.decay_loss for own, _ in running)}

    def _item_pass(self, rows: np.ndarray, rng: np.random.Generator) -> TowerPass:
        arrays = [paddle.to_tensor(array[rows]) for array in self.examples.item_arrays]
        outputs = {number: feature(rows, rng) for number, feature in self.cached.items()}
        outputs |= {number: large(rows) for number, large in self.large[self.model.item_tower].items()}
        return TowerPass(self.model.item_tower, self.examples.items, arrays, self.settings.item_decay, outputs)

    def _user_tensors(self, rows: np.ndarray, own: slice, rng: np.random.Generator) -> list[paddle.Tensor]:
        encoder, arrays = self.examples.users, [array[rows] for array in self.examples.user_arrays]
        hidden = encoder.hide(arrays, self.settings.unknown_rate, rng)
        for feature, array in zip(encoder.features, hidden, strict=True):
            if feature.is_history:  # a tower that sees all that it is to predict learns to repeat it
                array[rng.random(array.shape) < HISTORY_DROPPED] = 0
        return [paddle.to_tensor(array[own]) for array in hidden]
