"""One training run: its model, its optimiser and its epochs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from towhee_recsys.config.objectives import Purpose
from towhee_recsys.config.schema import TrainingConfig
from towhee_recsys.errors import TrainingError
from towhee_recsys.model.blocks import Block, Blocks
from towhee_recsys.model.in_parts import cores_for_parts
from towhee_recsys.model.kernel_regression import KernelRegression, UnratedItems, fit_kernel_regression
from towhee_recsys.model.objectives import Distillation, Objective
from towhee_recsys.model.paddle.fusion import FusionModel
from towhee_recsys.model.paddle.quiet import paddle
from towhee_recsys.support.allocation import memory_reused
from towhee_recsys.support.step_timers import EPOCHS, timed
from towhee_recsys.training.backward_pass import BackwardPass
from towhee_recsys.training.cached_features import cached_features
from towhee_recsys.training.examples import Examples
from towhee_recsys.training.optimizer import Optimizer
from towhee_recsys.training.validation import Validation
from towhee_recsys.training.worker_group import ALONE, WorkerGroup


class Trainer:
    """Trains `model` by the sum of `objectives`, each with the user tower of its purpose, and of `distillation`.

    Attributes:
        history: A line an epoch: epoch, learning_rate, loss, and the figures of the objectives and of `validation`.
        kept: With patience, the weights of the epoch to keep.
        regression: What is fitted to the final vectors for items without interactions; None before, and without it.
        epochs: Where to stop; the learning rate takes the course of `settings.epochs`.
        group: The processes that train together, each with its part of every block of users.
    """

    def __init__(
        self,
        model: FusionModel,
        objectives: Mapping[Purpose, Objective],
        examples: Examples,
        validation: Validation,
        settings: TrainingConfig,
        *,
        distillation: Distillation | None = None,
        seed: int,
        epochs: int | None = None,
        group: WorkerGroup = ALONE,
    ):
        self.model, self.objectives, self.examples, self.validation = model, objectives, examples, validation
        self.settings, self.seed, self.epochs, self.group = settings, seed, epochs or settings.epochs, group
        self.blocks = Blocks(examples.training, len(examples.user_ids), settings.batch_size, settings.sampled_items)
        self.cached = cached_features(examples.items, model.item_tower, examples.item_arrays, settings.unknown_rate)
        self.optimizer = Optimizer(model, examples, settings)
        self.backward = BackwardPass(
            model, objectives, distillation, examples, self.cached, self.optimizer.rows, settings, group.cores
        )
        self.history: list[dict[str, float]] = []
        self.regression: KernelRegression | None = None
        self.kept: dict[str, np.ndarray] = {}

    @property
    def done(self) -> bool:
        """Whether the last epoch is reached, or patience has run out."""
        epochs, patience = len(self.history), self.settings.patience
        return epochs >= self.epochs or bool(patience and epochs - self.kept_epoch >= patience)

    @property
    def kept_epoch(self) -> int:
        """The number of the epoch to keep; 0 before the first.

        With patience it is the one that validates best. Without, the last: the learning rate falls to 0 on the way
        there, and which epoch just before looks best is mostly chance.
        """
        return self.validation.best_epoch(self.history) if self.settings.patience else len(self.history)

    @timed(EPOCHS)
    def epoch(self) -> dict[str, float]:
        """Goes once over all training interactions, and returns the epoch's line of `history`.

        Raises:
            TrainingError: the loss or a weight is not finite any more.
        """
        number = len(self.history) + 1
        rng = np.random.default_rng([self.seed, number])  # of the epoch, so that a resumed run draws the same
        paddle.seed(self.seed + number)
        self.model.train()
        for feature in self.cached.values():
            feature.refresh()
        losses = []
        with cores_for_parts(self.group.cores), memory_reused():
            for step, block in enumerate(self.blocks(rng)):
                self.optimizer.set_lr(self._learning_rate((number - 1) * self.blocks.count + step))
                losses.append(self._step(block, rng))
                self._check_finite("loss", sum(losses[-1].values()), number, len(losses))
            self.optimizer.finish()
        self._check_finite("sum of all weights", self._sum_of_weights(), number, len(losses))
        self.history.append(self._figures(number, losses))
        if self.settings.patience and self.kept_epoch == number:
            self.kept = {name: weight.numpy().copy() for name, weight in self.model.state_dict().items()}
        return self.history[-1]

    def use_kept(self) -> None:
        """Restores the kept epoch's weights, and finds the best for ids without interactions."""
        if self.settings.patience:
            self.model.set_state_dict(self.kept)
        examples, model = self.examples, self.model
        for tower in {model.user_tower, model.rating_tower}:
            tower.set_unseen_ids(examples.user_arrays, examples.training.users)
        model.item_tower.set_unseen_ids(examples.item_arrays, examples.training.items)
        self._fit_regression()

    @timed("items without interactions")
    def _fit_regression(self) -> None:
        counts, arrays = self.examples.item_counts, self.examples.item_arrays
        encoder, vectors = self.examples.items, self.validation.item_vectors()
        self.regression = fitted = fit_kernel_regression(encoder, arrays, vectors, counts)
        if fitted:
            self.validation.unrated = UnratedItems(fitted, encoder, arrays, counts, self.model.free_size)

    def _learning_rate(self, step: int) -> float:
        """Up in a line, then down in half a cosine (Loshchilov & Hutter 2017, arXiv:1608.03983)."""
        warm = min(1.0, (step + 1) / max(1, self.settings.warmup_steps))
        done = step / (self.settings.epochs * self.blocks.count)
        return self.settings.learning_rate * warm * (1 + math.cos(math.pi * done)) / 2

    def _step(self, block: Block, rng: np.random.Generator) -> dict[str, float]:
        """One step of the optimiser; the losses by name."""
        part = self.group.part(block)
        losses = self.backward(block, part, rng)
        self.optimizer.average(self.group, part.share)
        self.optimizer.step()
        self.optimizer.clear_grad()
        return self.group.mean(losses, part.share)

    def _sum_of_weights(self) -> float:
        return sum(weight.sum().item() for weight in self.model.parameters())

    def _check_finite(self, name: str, value: float, epoch: int, step: int) -> None:
        if not math.isfinite(value):
            raise TrainingError(
                f"the {name} became {value} in epoch {epoch}, step {step}. "
                f"Lower training.learning_rate ({self.settings.learning_rate:g}) and train again."
            )

    def _figures(self, number: int, losses: list[dict[str, float]]) -> dict[str, float]:
        means = {name: float(np.mean([each[name] for each in losses])) for name in losses[0]}
        line = {"epoch": number, "learning_rate": self.settings.learning_rate, "loss": sum(means.values())}
        for purpose, objective in self.objectives.items():
            line |= objective.training_figures(means[purpose])
        line |= self.group.from_first(self.validation.measure)
        for name, value in line.items():
            self._check_finite(name.replace("_", " "), value, number, len(losses))
        return line

    def state(self) -> dict[str, Any]:
        """All that a later process needs to resume: arrays or tensors by name, until the next step, and the history."""
        return {
            "weights": self.model.state_dict(),
            "kept": self.kept,
            "optimizer": self.optimizer.state(),
            "history": self.history,
        }

    def can_resume(self, state: dict[str, Any]) -> bool:
        """Whether a `state` is not beyond the last epoch and, with patience, has the weights that it keeps."""
        return len(state["history"]) <= self.epochs and bool(state["kept"] or not self.settings.patience)

    def restore(self, state: dict[str, Any]) -> None:
        """Goes back to a `state`."""
        self.model.set_state_dict(state["weights"])
        self.optimizer.restore(state["optimizer"])
        self.history = state["history"]
        if self.settings.patience:
            self.kept = state["kept"]
