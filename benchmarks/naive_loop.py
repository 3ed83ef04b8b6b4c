"""A straightforward training of the model: both towers run for each rating of a batch."""

from __future__ import annotations

import numpy as np

from towhee_recsys.bundle import Bundle
from towhee_recsys.data import Dataset, records
from towhee_recsys.data.interactions import Interactions
from towhee_recsys.model.calibration import Calibration
from towhee_recsys.model.paddle.fusion import build_model
from towhee_recsys.model.paddle.quiet import nn, paddle

BATCH = 256


class NaiveLoop:
    """A fresh model of a bundle's config and features, on the ratings of its training part."""

    def __init__(self, bundle: Bundle, dataset: Dataset, ratings: Interactions):
        config = bundle.config
        self._ratings, self._order = ratings, np.random.default_rng(config.seed).permutation(len(ratings))
        self._users = bundle.users.encode(records(dataset.users))
        self._items = bundle.items.encode(records(dataset.items))
        self._map = Calibration.of(config.model.rating_map, config.dataset.feedback.scale, float(ratings.values.mean()))
        self._model = build_model(bundle.users, bundle.items, config.model, config.objective, config.seed)
        self._adam = paddle.optimizer.Adam(config.training.learning_rate, parameters=self._model.parameters())

    def __call__(self, step: int) -> float:
        """Learns from the batch at `step`; gives its mean squared error before that."""
        rows = np.take(self._order, range(step * BATCH, (step + 1) * BATCH), mode="wrap")
        users = self._model.rating_tower(_lines(self._users, self._ratings.users[rows]))
        items = self._model.item_tower(_lines(self._items, self._ratings.items[rows]))
        cosines = (nn.functional.normalize(users) * nn.functional.normalize(items)).sum(axis=1)
        errors = self._map.slope * cosines + self._map.intercept - paddle.to_tensor(self._ratings.values[rows])
        loss = (errors * errors).mean()
        loss.backward()
        self._adam.step()
        self._adam.clear_grad()
        return float(loss)


def _lines(arrays: list[np.ndarray], places: np.ndarray) -> list[paddle.Tensor]:
    return [paddle.to_tensor(array[places]) for array in arrays]
