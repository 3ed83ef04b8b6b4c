"""The objectives: the loss of a block's unit vectors, and its gradients by them.

All of them score every user of a block with every item by one matrix product, and give their gradients in closed form:
NumPy's matrix products are several times as fast on a CPU as PaddlePaddle's.
"""

from __future__ import annotations

from pkgutil import resolve_name

from towhee_recsys.config.objectives import OBJECTIVES, Purpose, purposes
from towhee_recsys.data.interactions import Interactions
from towhee_recsys.model.objectives.distillation import Distillation
from towhee_recsys.model.objectives.objective import (
    FoldInLoss,
    Gradients,
    NewItems,
    Objective,
    ObjectiveSettings,
    grad_raw,
    unit,
)

__all__ = [
    "Distillation",
    "FoldInLoss",
    "Gradients",
    "NewItems",
    "Objective",
    "ObjectiveSettings",
    "fold_in_loss",
    "grad_raw",
    "make_objectives",
    "unit",
]


def make_objectives(
    objective: str, interactions: Interactions, settings: ObjectiveSettings
) -> dict[Purpose, Objective]:
    """The losses that the objective of this name adds up, by purpose."""
    classes = {purpose: resolve_name(name) for purpose, name in OBJECTIVES[objective].items()}
    return {purpose: made(interactions, settings) for purpose, made in classes.items()}


def fold_in_loss(objective: str) -> type[FoldInLoss]:
    """The loss by which the objective of this name folds in the users' vectors to search with."""
    made: type[Objective] = resolve_name(OBJECTIVES[objective][purposes(objective)[0]])
    return made.fold_in
