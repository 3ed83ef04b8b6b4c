"""The processes that train one model together: each has a part of the users of every block, and all the same weights.

The parts are of the block that a single process would read, and each counts by its users. So the sum of the parts'
gradients is the gradient of the whole block, up to rounding: neither the batch size nor the learning rate depends on
the number of processes, and the model does not, either.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from towhee_recsys.model.blocks import Block
from towhee_recsys.model.in_parts import all_cores
from towhee_recsys.model.paddle.quiet import paddle
from towhee_recsys.support.step_timers import timed


class Part(NamedTuple):
    """One worker's part of a block.

    Attributes:
        block: Its users, with all items.
        lines: The users' positions in the whole block.
        share: How much it counts: its share of the users, from 0 to 1. The shares of all workers add up to 1.
    """

    block: Block
    lines: slice
    share: float


@dataclass(frozen=True)
class WorkerGroup:
    """The workers of a training as one of them sees them. All have to make the same calls in the same order.

    Attributes:
        rank: The number of this worker, from 0 up.
        size: How many there are.
        cores: How many cores this worker may use.
    """

    rank: int
    size: int
    cores: int

    @property
    def is_first(self) -> bool:
        """Whether this worker does what is done once: validation and checkpoints."""
        return self.rank == 0

    def part(self, block: Block) -> Part:
        """This worker's part. In a block of fewer users than workers, some compute another's, which does not count."""
        parts = block.parts(self.size)
        number = self.rank % len(parts)
        first, count = sum(len(each.users) for each in parts[:number]), len(parts[number].users)
        share = count / len(block.users) if self.rank == number else 0.0
        return Part(parts[number], slice(first, first + count), share)

    @timed("averaging over workers")
    def average(self, tensors: Sequence[paddle.Tensor], share: float) -> None:
        """Replaces the values of `tensors` by the sum over the workers of each one's, times its share."""
        with paddle.no_grad():
            joined = share * paddle.concat([each.flatten() for each in tensors])
            paddle.distributed.all_reduce(joined)
            for each, mean in zip(tensors, paddle.split(joined, [each.size for each in tensors]), strict=True):
                paddle.assign(mean.reshape(each.shape), each)

    def mean(self, losses: dict[str, float], share: float) -> dict[str, float]:
        """The sum over the workers of each one's losses, times its share; the names are the same in all."""
        if self.size == 1:
            return losses
        sums = paddle.to_tensor([share * loss for loss in losses.values()], dtype="float64")
        paddle.distributed.all_reduce(sums)
        return dict(zip(losses, sums.tolist(), strict=True))

    def from_first(self, compute: Callable[[], dict[str, float]]) -> dict[str, float]:
        """What the first worker computes, in all of them."""
        if self.size == 1:
            return compute()
        found = [compute() if self.is_first else {}]
        paddle.distributed.broadcast_object_list(found, src=0)
        return found[0]


ALONE = WorkerGroup(rank=0, size=1, cores=all_cores())
"""The one process of a training without others."""
