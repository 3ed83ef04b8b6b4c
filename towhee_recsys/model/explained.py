"""What ids have learned is moved to the features, as far as these explain it: so who has no known id has it, too.

Training gives a feature what suits most records alike, and leaves the rest to the ids. A regression of the latter on
the features, after training, finds what still depends on them: regression-based latent factor models, Agarwal & Chen
2009, doi:10.1145/1557019.1557029. A record counts as its ratings do, since the ids of those with few are not learned
well. The vectors of known ids stay as they are: what a feature says more, they say less.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from towhee_recsys.features.vocabulary import UNKNOWN
from towhee_recsys.model.inputs import BiasInput, NumberInput, RowInput, SetInput

if TYPE_CHECKING:
    from towhee_recsys.model.towers import SumTower

RIDGE = 50.0
"""Records' worth of pull towards explaining nothing, for each column of the features."""

MOST_COLUMNS = 500
"""A feature with more values than this is left alone: there are few records of each."""


def explain(tower: SumTower, arrays: Sequence[np.ndarray], rated: np.ndarray) -> None:
    """Changes the tower's weights; `arrays` have a line for each record, of which int64[ratings] `rated` are some."""
    others = [place for place in range(len(arrays)) if place not in tower.ids]
    linear = [found for place in others if (found := _linear(tower.inputs[place], arrays[place]))]
    counts = np.bincount(rated, minlength=len(arrays[0]))
    for place, bias in zip(tower.ids, tower.biases, strict=True):
        known = np.flatnonzero((counts > 0) & (arrays[place] != UNKNOWN))
        if linear and len(known):
            rows, columns = arrays[place][known], [columns[known] for _, columns in linear]
            moved, constant = _moved(tower.inputs[place], bias, rows, np.hstack(columns), counts[known])
            parts = np.split(moved, np.cumsum([each.shape[1] for each in columns])[:-1])
            for (weight, _), part in zip(linear, parts, strict=True):
                _add(weight, part)
            _add(tower.general, constant)


def _linear(layer: Any, array: np.ndarray) -> tuple[Any, np.ndarray] | None:
    """The weight [k, free] and the columns float32[n, k] whose product the layer says; None where it is no product."""
    if isinstance(layer, RowInput) and len(layer.embedding.weight) <= MOST_COLUMNS:
        return layer.embedding.weight, np.eye(len(layer.embedding.weight), dtype=np.float32)[array]
    if isinstance(layer, (SetInput, NumberInput)) and array.shape[1] <= MOST_COLUMNS:
        return (layer.members if isinstance(layer, SetInput) else layer.directions).weight, array
    return None


def _moved(
    ids: RowInput, bias: BiasInput, rows: np.ndarray, columns: np.ndarray, counts: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Takes from the ids what `columns` explain; gives it, float32[k, free], and a constant float32[free] with it.

    Of a rating it is nothing on average, so that what an unknown id says stays the mean.
    """
    size = ids.embedding.weight.shape[1]
    own = np.hstack([ids.embedding.weight.numpy()[rows], bias.amounts.weight.numpy()[rows]]).astype(np.float64)
    centre = np.average(columns, axis=0, weights=counts)
    around, weights = columns - centre, (counts / counts.mean())[:, None]
    gram = (weights * around).T @ around + RIDGE * np.eye(len(centre))
    slopes = np.linalg.solve(gram, (weights * around).T @ (own - np.average(own, axis=0, weights=counts)))
    said = around @ slopes
    _add(ids.embedding.weight, -said[:, :size], rows)
    _add(bias.amounts.weight, -said[:, size:], rows)
    moved = slopes[:, :size] + slopes[:, size:] @ bias.directions.numpy()
    return moved, -centre @ moved


def _add(weight: Any, more: np.ndarray, rows: Any = slice(None)) -> None:
    values = weight.numpy().copy()
    values[rows] += more.astype(np.float32)
    weight.set_value(values)
