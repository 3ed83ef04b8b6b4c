"""One training run: its model, its optimiser, and what an epoch does to them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from towhee_recsys.config import Config
from towhee_recsys.errors import TrainingError
from towhee_recsys.evaluation.metrics import rmse
from towhee_recsys.model.calibration import Calibration
from towhee_recsys.model.fusion import build_model
from towhee_recsys.model.quiet_paddle import paddle
from towhee_recsys.training.examples import Examples, Ratings, blocks


class Trainer:
    """Trains the fusion model by the squared error between the mapped cosine and the rating.

    `history` has a line an epoch: epoch, learning_rate, loss, training_rmse, validation_rmse. `best` holds the
    weights of the epoch with the lowest validation RMSE.
    """

    def __init__(self, config: Config, examples: Examples):
        self.config, self.examples = config, examples
        self.model = build_model(examples.users, examples.movies, config.model.embedding_size, config.seed)
        self.rating_map = Calibration.of(config.model.rating_map, config.dataset.rating_scale)
        self.optimizer = paddle.optimizer.AdamW(
            config.training.learning_rate,
            parameters=self.model.parameters(),
            weight_decay=config.training.weight_decay,
        )
        self.history: list[dict[str, float]] = []
        self.best: dict[str, np.ndarray] = {}

    @property
    def done(self) -> bool:
        """Whether the last epoch is reached, or patience with it is over."""
        epochs = len(self.history)
        return epochs >= self.config.training.epochs or epochs - self.best_epoch >= self.config.training.patience

    @property
    def best_epoch(self) -> int:
        """The number of epochs up to the one with the lowest validation RMSE; 0 before the first."""
        errors = [line["validation_rmse"] for line in self.history]
        return errors.index(min(errors)) + 1 if errors else 0

    def epoch(self) -> dict[str, float]:
        """Goes once over all training ratings. Raises TrainingError when the loss is no number any more."""
        number = len(self.history) + 1
        rng = np.random.default_rng([self.config.seed, number])  # of the epoch, so that a resumed run draws the same
        paddle.seed(self.config.seed + number)
        self.model.train()
        losses, counts = [], []
        ratings, size = self.examples.training, self.config.training.batch_size
        for users, block in blocks(ratings, len(self.examples.user_arrays[0]), size, rng):
            losses.append(self._step(users, block, rng))
            counts.append(len(block))
            self._must_be_finite("loss", losses[-1], number, len(losses))
        line = self._measured(number, float(np.average(losses, weights=counts)))
        self._must_be_finite("validation RMSE", line["validation_rmse"], number, len(losses))
        self.history.append(line)
        if self.best_epoch == number:
            self.best = {name: weight.numpy().copy() for name, weight in self.model.state_dict().items()}
        return self.history[-1]

    def use_best(self) -> None:
        """Puts the best epoch's weights into the model."""
        self.model.set_state_dict(self.best)

    def cosines(self, ratings: Ratings) -> np.ndarray:
        """The model's cosine for each of `ratings`: float32[n]."""
        self.model.eval()
        found = np.empty(len(ratings), dtype=np.float32)
        with paddle.no_grad():
            movies = self.model.movie_vectors(self.examples.movie_arrays)
            for first in range(0, len(self.examples.user_arrays[0]), 1024):
                lines = slice(*np.searchsorted(ratings.users, [first, first + 1024]))
                if lines.start < lines.stop:
                    part = [array[first : first + 1024] for array in self.examples.user_arrays]
                    matrix = paddle.matmul(self.model.user_vectors(part), movies, transpose_y=True).numpy()
                    found[lines] = matrix[ratings.users[lines] - first, ratings.movies[lines]]
        return found

    def _step(self, users: np.ndarray, block: Ratings, rng: np.random.Generator) -> float:
        movies, places = np.unique(block.movies, return_inverse=True)
        rate = self.config.training.unknown_rate
        cosines = self.model(
            self.examples.users.hide([array[users] for array in self.examples.user_arrays], rate, rng),
            self.examples.movies.hide([array[movies] for array in self.examples.movie_arrays], rate, rng),
        )
        rated = cosines.flatten().gather(paddle.to_tensor(block.users * len(movies) + places.reshape(-1)))
        stars = self.rating_map.slope * rated + self.rating_map.intercept
        loss = ((stars - paddle.to_tensor(block.stars)) ** 2).mean()
        loss.backward()
        with paddle.utils.unique_name.guard():  # its state is made here, by the same names in every run of a process
            self.optimizer.step()
        self.optimizer.clear_grad()
        return float(loss)

    def _must_be_finite(self, name: str, value: float, epoch: int, step: int) -> None:
        if not math.isfinite(value):
            raise TrainingError(
                f"the {name} became {value} in epoch {epoch}, step {step}. "
                f"Lower training.learning_rate ({self.config.training.learning_rate:g}) and train again."
            )

    def _measured(self, number: int, loss: float) -> dict[str, float]:
        validation = self.examples.validation
        error = rmse(self.rating_map.stars(self.cosines(validation)), validation.stars)
        return {
            "epoch": number,
            "learning_rate": self.config.training.learning_rate,
            "loss": loss,
            "training_rmse": math.sqrt(loss),
            "validation_rmse": error,
        }

    def state(self) -> dict[str, Any]:
        """All that a later process needs to go on: arrays by name, and the history."""
        return {
            "weights": {name: weight.numpy() for name, weight in self.model.state_dict().items()},
            "best": self.best,
            "optimizer": {
                name: value.numpy() for name, value in self.optimizer.state_dict().items() if hasattr(value, "numpy")
            },
            "history": self.history,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Goes back to a `state`."""
        self.model.set_state_dict(state["weights"])
        self.optimizer.set_state_dict({name: paddle.to_tensor(value) for name, value in state["optimizer"].items()})
        self.best, self.history = state["best"], state["history"]
