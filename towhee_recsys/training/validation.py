"""How good a model is on the validation part, epoch by epoch."""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np

from towhee_recsys.config.objectives import Purpose
from towhee_recsys.data.interactions import Interactions
from towhee_recsys.metrics import per_user, rmse, top_k
from towhee_recsys.model.calibration import Calibration
from towhee_recsys.model.kernel_regression import UnratedItems
from towhee_recsys.model.objectives import unit
from towhee_recsys.model.paddle.fusion import FusionModel
from towhee_recsys.model.paddle.quiet import paddle
from towhee_recsys.model.paddle.towers import Tower
from towhee_recsys.support.step_timers import timed
from towhee_recsys.training.examples import Examples

SAMPLED_USERS = 512
"""Lists are made for at most so many users, drawn by seed: this takes some hundredths of a second."""

CHUNK = 8_192
"""Users or items whose vectors are computed at once."""

CELLS = 2**25
"""Scores that are computed at once, 128 MB: those of all sampled users for up to 65,536 items."""

BEST: dict[str, Callable[[list[float]], np.intp]] = {"validation_rmse": np.argmin, "validation_ndcg@10": np.argmax}
"""The figures by which the best epoch is chosen: the first that the history has decides. RMSE varies less."""


class Validation:
    """Measures a model on the validation part, by its objective: `validation_rmse`, `validation_ndcg@10`.

    Attributes:
        unrated: The vectors of items without interactions once the tower has its final weights; None before.
    """

    def __init__(
        self,
        model: FusionModel,
        examples: Examples,
        purposes: Collection[Purpose],
        *,
        liked: float,
        rating_map: Calibration | None,
        seed: int,
    ):
        self._model, self._examples, self._purposes, self._rating_map = model, examples, purposes, rating_map
        self.unrated: UnratedItems | None = None
        interactions, shape = examples.validation, (len(examples.user_ids), len(examples.item_ids))
        relevant = interactions.take(interactions.values >= liked)
        rng = np.random.default_rng(seed)
        self._users = np.sort(rng.permutation(np.unique(relevant.users))[:SAMPLED_USERS])
        self._relevant = relevant.marks(*shape)[self._users]
        own = examples.training.take(np.isin(examples.training.users, self._users))
        self._excluded = own.marks(*shape)[self._users]

    @timed("validation")
    def measure(self) -> dict[str, float]:
        """The figures of the model as it is; empty without a validation part."""
        figures: dict[str, float] = {}
        interactions = self._examples.validation
        if not len(interactions):
            return figures
        items = self.item_vectors()
        if "rating" in self._purposes and self._rating_map:
            predicted = self._rating_map.ratings(self.cosines(interactions, items))
            figures["validation_rmse"] = rmse(predicted, interactions.values)
        if "ranking" in self._purposes and len(self._users):
            figures["validation_ndcg@10"] = self._ndcg(items)
        return figures

    def best_epoch(self, history: list[dict[str, float]]) -> int:
        """The number of the epoch with the best metrics; of the last one without metrics."""
        for name, best in BEST.items():
            if history and name in history[0]:
                return 1 + int(best([line[name] for line in history]))
        return len(history)

    @timed("validation")
    def cosines(self, interactions: Interactions, items: np.ndarray | None = None) -> np.ndarray:
        """The cosine of the rating tower's vector with the item's for each interaction: float32[n]."""
        items = self.item_vectors() if items is None else items
        rows, inverse = np.unique(interactions.users, return_inverse=True)
        users = self._vectors(self._model.rating_tower, [array[rows] for array in self._examples.user_arrays])
        parts = [slice(first, first + 65536) for first in range(0, len(interactions), 65536)]
        cosines = [np.einsum("ij,ij->i", users[inverse[part]], items[interactions.items[part]]) for part in parts]
        return np.concatenate([np.zeros(0, dtype=np.float32), *cosines])

    def user_vectors(self, rows: np.ndarray) -> np.ndarray:
        """The unit vectors to search with of the users at `rows`, float32[n, dim]."""
        return self._vectors(self._model.user_tower, [array[rows] for array in self._examples.user_arrays])

    def _ndcg(self, items: np.ndarray) -> float:
        users, candidates = self.user_vectors(self._users), np.ones(len(items), dtype=bool)
        chunk = max(1, CELLS // max(1, len(items)))
        parts = [slice(first, first + chunk) for first in range(0, len(users), chunk)]
        lists = [top_k(users[part] @ items.T, self._excluded[part], candidates, 10) for part in parts]
        return float(np.mean(per_user(np.concatenate(lists), self._relevant, (10,))["ndcg@10"]))

    def item_vectors(self) -> np.ndarray:
        """The unit vectors of all items, float32[items, dim], by the tower and, where it is fitted, the regression."""
        vectors = self._vectors(self._model.item_tower, self._examples.item_arrays)
        return self.unrated.complete(vectors, self._examples.item_arrays) if self.unrated else vectors

    def _vectors(self, tower: Tower, arrays: list[np.ndarray]) -> np.ndarray:
        self._model.eval()
        vectors = np.empty((len(arrays[0]), self._model.embedding_size), dtype=np.float32)
        with paddle.no_grad():
            for first in range(0, len(vectors), CHUNK):
                part = slice(first, first + CHUNK)
                vectors[part] = unit(tower([paddle.to_tensor(array[part]) for array in arrays]).numpy())[0]
        return vectors
