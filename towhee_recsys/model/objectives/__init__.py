"""The objectives: the loss of a block's unit vectors, and its gradients by them.

All of them score every user of a block with every item by one matrix product, and give their gradients in closed form:
NumPy's matrix products are several times as fast on a CPU as PaddlePaddle's.
"""

from __future__ import annotations

from pkgutil import resolve_name

import numpy as np

from towhee_recsys.config.objectives import OBJECTIVES, Purpose
from towhee_recsys.data.interactions import Interactions
from towhee_recsys.model.objectives.objective import Gradients, Objective, ObjectiveSettings, grad_raw, unit

__all__ = ["Gradients", "Objective", "ObjectiveSettings", "Purpose", "grad_raw", "make_objectives", "unit"]


def make_objectives(
    objective: str, interactions: Interactions, settings: ObjectiveSettings, past: np.ndarray | None = None
) -> dict[Purpose, Objective]:
    """The losses that the objective of this name adds up, by purpose; with `past` those of folding users in."""
    classes = {purpose: resolve_name(name) for purpose, name in OBJECTIVES[objective].items()}
    return {purpose: made(interactions, settings, past) for purpose, made in classes.items()}
