"""What a model is worth on the validation part, epoch by epoch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from towhee_recsys.config import Config
from towhee_recsys.data.interactions import Interactions
from towhee_recsys.metrics import per_user, rmse, top_k
from towhee_recsys.model.calibration import Calibration
from towhee_recsys.model.objectives import unit
from towhee_recsys.model.paddle.fusion import FusionModel
from towhee_recsys.model.paddle.quiet import paddle
from towhee_recsys.model.paddle.towers import Tower
from towhee_recsys.training.examples import Examples

ASKED = 512
"""Of more users with validation ratings these many, drawn by seed, are asked for lists: some hundredths of a second."""


class Validation:
    """Measures by the validation part what the objective is about: `validation_rmse`, `validation_ndcg@10`."""

    def __init__(self, config: Config, examples: Examples, model: FusionModel):
        self._examples, self._model, self._objective = examples, model, config.objective
        ratings, shape = examples.validation, (len(examples.user_ids), len(examples.item_ids))
        liked = ratings.take(ratings.values >= config.dataset.feedback.liked)
        rng = np.random.default_rng(config.seed)
        self._users = np.sort(rng.permutation(np.unique(liked.users))[:ASKED])
        self._relevant = liked.matrix(*shape)[self._users].astype(bool)
        rated = replace(examples.training, values=np.ones_like(examples.training.values))  # a scale may have a 0
        self._rated = rated.matrix(*shape)[self._users].astype(bool)

    def measure(self, rating_map: Calibration) -> dict[str, float]:
        """The figures of the model as it is; none where there is no validation part."""
        found, ratings = {}, self._examples.validation
        if not len(ratings):
            return {}
        items = self._items()
        if self._objective != "ranking":
            found["validation_rmse"] = rmse(rating_map.ratings(self.cosines(ratings, items)), ratings.values)
        if self._objective != "rating" and len(self._users):
            found["validation_ndcg@10"] = self._ndcg(items)
        return found

    def best(self, history: list[dict[str, float]]) -> int:
        """The number of epochs up to the best one: of stars where they are an objective, being the steadier figure."""
        if history and "validation_rmse" in history[0]:
            return 1 + int(np.argmin([line["validation_rmse"] for line in history]))
        if history and "validation_ndcg@10" in history[0]:
            return 1 + int(np.argmax([line["validation_ndcg@10"] for line in history]))
        return len(history)

    def cosines(self, ratings: Interactions, items: np.ndarray | None = None) -> np.ndarray:
        """The cosine of the rating tower's vector with the item's for each of `ratings`: float32[n]."""
        items = self._items() if items is None else items
        places, lines = np.unique(ratings.users, return_inverse=True)
        users = self._vectors(self._model.rating_tower, [array[places] for array in self._examples.user_arrays])
        parts = [slice(first, first + 65536) for first in range(0, len(ratings), 65536)]
        found = [np.einsum("ij,ij->i", users[lines[part]], items[ratings.items[part]]) for part in parts]
        return np.concatenate([np.zeros(0, dtype=np.float32), *found])

    def _ndcg(self, items: np.ndarray) -> float:
        users = self._vectors(self._model.user_tower, [array[self._users] for array in self._examples.user_arrays])
        lists = top_k(users @ items.T, self._rated, np.ones(len(items), dtype=bool), 10)
        return float(np.mean(per_user(lists, self._relevant, (10,))["ndcg@10"]))

    def _items(self) -> np.ndarray:
        return self._vectors(self._model.item_tower, self._examples.item_arrays)

    def _vectors(self, tower: Tower, arrays: list[np.ndarray]) -> np.ndarray:
        self._model.eval()
        with paddle.no_grad():
            return unit(tower([paddle.to_tensor(array) for array in arrays]).numpy())[0]
