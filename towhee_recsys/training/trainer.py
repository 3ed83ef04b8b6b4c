"""One training run: its model, its optimiser, and what an epoch does to them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from towhee_recsys.config import Config
from towhee_recsys.errors import TrainingError
from towhee_recsys.model.blocks import Block, Blocks
from towhee_recsys.model.calibration import Calibration
from towhee_recsys.model.in_parts import cores_for_parts, in_parts
from towhee_recsys.model.objectives import Purpose, make_objectives
from towhee_recsys.model.paddle.fusion import build_model
from towhee_recsys.model.paddle.quiet import paddle
from towhee_recsys.training.cached_features import spoken
from towhee_recsys.training.examples import Examples
from towhee_recsys.training.tower_pass import TowerPass
from towhee_recsys.training.validation import Validation

HISTORY_DROPPED = 0.5
"""Share of a history that a step does not see, as in Liang et al. 2018, arXiv:1802.05814."""

MEMORY = 0.95
"""Adam's second decay, usually 0.999. A user is in one step an epoch, some hundred steps make a training: its squared
gradients have to forget the first ones sooner (found on validation data of MovieLens 1M)."""


class Trainer:
    """Trains the fusion model by the config's objectives.

    `history` has a line an epoch: epoch, learning_rate, loss and, as far as the objective and a validation part go,
    training_rmse, validation_rmse, validation_ndcg@10. `kept` holds the weights of the epoch to keep, with patience.
    `epochs` stops before the config's number, on the same course of the learning rate.
    """

    def __init__(self, config: Config, examples: Examples, epochs: int | None = None):
        self.config, self.examples, self.epochs = config, examples, epochs or config.training.epochs
        self.model = build_model(examples.users, examples.items, config.model, config.objective, config.seed)
        ratings, training = examples.training, config.training
        users = len(examples.user_ids)
        self.blocks = Blocks(ratings, users, training.batch_size, training.sampled_items)
        scale = config.dataset.feedback.scale
        self.rating_map = Calibration.of(config.model.rating_map, scale, float(ratings.values.mean()))
        self.objectives = make_objectives(config, ratings, self.rating_map)
        self.spoken = spoken(examples.items, self.model.item_tower, examples.item_arrays, training.unknown_rate)
        self.validation = Validation(config, examples, self.model)
        self.optimizer = paddle.optimizer.Adam(training.learning_rate, beta2=MEMORY, parameters=self.model.parameters())
        for weight in self.model.parameters():  # a step may read no text: Adam goes on by its memory, resumed or not
            weight.grad = paddle.zeros_like(weight)
        self.history: list[dict[str, float]] = []
        self.kept: dict[str, np.ndarray] = {}

    @property
    def done(self) -> bool:
        """Whether the last epoch is reached, or patience with it is over."""
        epochs, patience = len(self.history), self.config.training.patience
        return epochs >= self.epochs or bool(patience and epochs - self.kept_epoch >= patience)

    @property
    def kept_epoch(self) -> int:
        """The number of epochs up to the one to keep; 0 before the first.

        With patience it is the one that validates best. Without, the last: the learning rate falls to 0 on the way
        there, and which epoch just before looks best is mostly chance.
        """
        return self.validation.best(self.history) if self.config.training.patience else len(self.history)

    def epoch(self) -> dict[str, float]:
        """Goes once over all training ratings. Raises TrainingError when the loss is no number any more."""
        number = len(self.history) + 1
        rng = np.random.default_rng([self.config.seed, number])  # of the epoch, so that a resumed run draws the same
        paddle.seed(self.config.seed + number)
        self.model.train()
        for feature in self.spoken.values():
            feature.refresh()
        losses = []
        with cores_for_parts():
            for place, block in enumerate(self.blocks(rng)):
                self.optimizer.set_lr(self._learning_rate((number - 1) * self.blocks.count + place))
                losses.append(self._step(block, rng))
                self._must_be_finite("loss", sum(losses[-1].values()), number, len(losses))
        self._must_be_finite("sum of all weights", self._sum(), number, len(losses))
        self.history.append(self._measured(number, losses))
        if self.config.training.patience and self.kept_epoch == number:
            self.kept = {name: weight.numpy().copy() for name, weight in self.model.state_dict().items()}
        return self.history[-1]

    def use_kept(self) -> None:
        """Puts the kept epoch's weights into the model, and what to expect of ids that nobody rated or rates."""
        if self.config.training.patience:
            self.model.set_state_dict(self.kept)
        examples, model = self.examples, self.model
        for tower in {model.user_tower, model.rating_tower}:
            tower.set_unseen_ids(examples.user_arrays, examples.training.users)
        model.item_tower.set_unseen_ids(examples.item_arrays, examples.training.items)

    def _learning_rate(self, step: int) -> float:
        """Up in a line, then down in half a cosine (Loshchilov & Hutter 2017, arXiv:1608.03983)."""
        training = self.config.training
        warm = min(1.0, (step + 1) / max(1, training.warmup_steps))
        done = step / (training.epochs * self.blocks.count)
        return training.learning_rate * warm * (1 + math.cos(math.pi * done)) / 2

    def _step(self, block: Block, rng: np.random.Generator) -> dict[str, float]:
        """One step of the optimiser; what was lost, by objective, and by the decay."""
        users = self._users(block.users, rng)
        items = self._items(block.items, rng)
        asking: dict[Purpose, Any] = {}
        for name, objective in self.objectives.items():
            own = TowerPass(self.model.tower(name), self.examples.users, users, objective.decay)
            asking[name] = own, in_parts(objective, own.vectors, items.vectors, block)
        towards, losses = np.zeros_like(items.vectors), {}
        for name, (own, answer) in asking.items():
            losses[name], by_users, by_items = answer()
            towards += by_items
            own.backward(by_users)
        items.backward(towards)
        with paddle.utils.unique_name.guard():  # its state is made here, by the same names in every run of a process
            self.optimizer.step()
        self.optimizer.clear_grad()
        return losses | {"decay": items.decayed + sum(own.decayed for own, _ in asking.values())}

    def _items(self, places: np.ndarray, rng: np.random.Generator) -> TowerPass:
        arrays = [paddle.to_tensor(array[places]) for array in self.examples.item_arrays]
        said = {place: feature(places, rng) for place, feature in self.spoken.items()}
        decay = self.config.training.item_decay
        return TowerPass(self.model.item_tower, self.examples.items, arrays, decay, said)

    def _users(self, places: np.ndarray, rng: np.random.Generator) -> list[paddle.Tensor]:
        side, arrays = self.examples.users, [array[places] for array in self.examples.user_arrays]
        hidden = side.hide(arrays, self.config.training.unknown_rate, rng)
        for feature, array in zip(side.features, hidden, strict=True):
            if feature.is_history:  # who sees all that is asked for learns to repeat it, not to generalise
                array[rng.random(array.shape) < HISTORY_DROPPED] = 0
        return [paddle.to_tensor(array) for array in hidden]

    def _sum(self) -> float:
        return float(sum(weight.numpy().sum(dtype=np.float64) for weight in self.model.parameters()))

    def _must_be_finite(self, name: str, value: float, epoch: int, step: int) -> None:
        if not math.isfinite(value):
            raise TrainingError(
                f"the {name} became {value} in epoch {epoch}, step {step}. "
                f"Lower training.learning_rate ({self.config.training.learning_rate:g}) and train again."
            )

    def _measured(self, number: int, losses: list[dict[str, float]]) -> dict[str, float]:
        means = {name: float(np.mean([each[name] for each in losses])) for name in losses[0]}
        line = {"epoch": number, "learning_rate": self.config.training.learning_rate, "loss": sum(means.values())}
        if "rating" in means:
            line["training_rmse"] = math.sqrt(means["rating"] / self.config.training.rating_weight)
        line |= self.validation.measure(self.rating_map)
        for name, value in line.items():
            self._must_be_finite(name.replace("_", " "), value, number, len(losses))
        return line

    def state(self) -> dict[str, Any]:
        """All that a later process needs to go on: arrays by name, and the history."""
        return {
            "weights": {name: weight.numpy() for name, weight in self.model.state_dict().items()},
            "kept": self.kept,
            "optimizer": {
                name: value.numpy() for name, value in self.optimizer.state_dict().items() if hasattr(value, "numpy")
            },
            "history": self.history,
        }

    def can_go_on_from(self, state: dict[str, Any]) -> bool:
        """Whether a `state` is not beyond the last epoch and, with patience, has the weights that it keeps."""
        return len(state["history"]) <= self.epochs and bool(state["kept"] or not self.config.training.patience)

    def restore(self, state: dict[str, Any]) -> None:
        """Goes back to a `state`."""
        self.model.set_state_dict(state["weights"])
        self.optimizer.set_state_dict({name: paddle.to_tensor(value) for name, value in state["optimizer"].items()})
        self.history = state["history"]
        if self.config.training.patience:
            self.kept = state["kept"]
