"""Adam for all weights of a model: whole tables at each step, and of large ones the rows that it read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from towhee_recsys.config.schema import TrainingConfig
from towhee_recsys.model.paddle.fusion import FusionModel
from towhee_recsys.model.paddle.quiet import paddle
from towhee_recsys.model.paddle.towers import Tower
from towhee_recsys.support.step_timers import timed
from towhee_recsys.training.examples import Examples
from towhee_recsys.training.lazy_rows import LazyRows, lazy_rows
from towhee_recsys.training.worker_group import WorkerGroup

ADAM_BETA2 = 0.95
"""Adam's second decay, usually 0.999. A user is in one step an epoch, and a training has some hundred steps: the first
squared gradients have to be forgotten sooner (found on validation data of MovieLens 1M)."""


class Optimizer:
    """Adam.

    Attributes:
        rows: Each tower's features whose tables are large, by number: a step has to read them by these.
    """

    def __init__(self, model: FusionModel, examples: Examples, settings: TrainingConfig):
        self._towers: dict[str, Tower] = dict(model.named_children())
        self.rows: dict[Tower, dict[int, LazyRows]] = {}
        for tower in self._towers.values():
            is_item = tower is model.item_tower
            encoder = examples.items if is_item else examples.users
            arrays = examples.item_arrays if is_item else examples.user_arrays
            read = settings.sampled_items if is_item else settings.batch_size
            self.rows[tower] = lazy_rows(encoder, tower, arrays, read, ADAM_BETA2)
        lazy = {id(rows.weight) for _, rows in self._tables()}
        self._dense = [weight for weight in model.parameters() if id(weight) not in lazy]
        self._adam = paddle.optimizer.Adam(settings.learning_rate, beta2=ADAM_BETA2, parameters=self._dense)
        for weight in self._dense:  # a step may compute no text: Adam's moments still apply, resumed or not
            weight.grad = paddle.zeros_like(weight)
        self._learning_rate, self._steps = settings.learning_rate, 0

    def set_lr(self, learning_rate: float) -> None:
        """Sets the rate of the next steps."""
        self._learning_rate = learning_rate
        self._adam.set_lr(learning_rate)

    def average(self, group: WorkerGroup, share: float) -> None:
        """Replaces the gradients by their mean over the workers of `group`, of which this one counts `share`."""
        if group.size > 1:
            group.average([*(each.grad for each in self._dense), *(rows.gradient for _, rows in self._tables())], share)

    @timed("optimiser")
    def step(self) -> None:
        """Moves the weights by their gradients."""
        self._steps += 1
        with paddle.utils.unique_name.guard():  # its state has the same names in every run
            self._adam.step()
        for _, rows in self._tables():
            rows.update(self._learning_rate, self._steps)

    def clear_grad(self) -> None:
        """Sets the gradients to 0."""
        self._adam.clear_grad()

    @timed("optimiser")
    def finish(self) -> None:
        """Brings all rows of large tables up to date: they are as if every step had moved all of them."""
        for _, rows in self._tables():
            rows.finish()

    def state(self) -> dict[str, Any]:
        """The number of steps and Adam's moments, by names; they change with the next step. All rows are up to date."""
        moments = {name: value for name, value in self._adam.state_dict().items() if hasattr(value, "numpy")}
        for name, rows in self._tables():
            moments |= {f"{name}.mean": rows.mean, f"{name}.square": rows.square}
        return {**moments, "steps": np.array(self._steps)}

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Goes back to the `state` of an optimiser of the same model."""
        moments = dict(state)
        self._steps = int(moments.pop("steps"))
        for name, rows in self._tables():
            rows.mean.set_value(moments.pop(f"{name}.mean"))
            rows.square.set_value(moments.pop(f"{name}.square"))
        self._adam.set_state_dict({name: paddle.to_tensor(np.asarray(value)) for name, value in moments.items()})

    def _tables(self) -> Iterator[tuple[str, LazyRows]]:
        for name, tower in self._towers.items():
            for number, rows in self.rows[tower].items():
                yield f"{name}.{number}", rows
