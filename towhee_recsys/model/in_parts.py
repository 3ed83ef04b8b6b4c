"""An objective on all cores: the users of a block in equal parts, each with all its items."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache

import numpy as np
from threadpoolctl import ThreadpoolController

from towhee_recsys.model.blocks import Block
from towhee_recsys.model.objectives import Gradients, Objective

PARTS = 4
"""The number of parts: the same on every machine, so that sums are rounded alike."""


def in_parts(
    objective: Objective, users: np.ndarray, items: np.ndarray, block: Block, cores: int | None = None
) -> Callable[[], Gradients]:
    """Starts `objective(users, items, block)` in other threads, and returns a function that waits for its result.

    The result is the same up to rounding. An objective spends most of its time on passes over a matrix of users by
    items, and NumPy makes each pass on one core. `cores` are used at once, all by default.
    """
    parts = block.parts(PARTS)
    ends = np.cumsum([len(part.users) for part in parts])[:-1]

    def compute(own: np.ndarray, part: Block) -> Gradients:
        loss, grad_users, grad_items = objective(own, items, part)
        share = np.float32(len(own) / len(users))
        grad_users *= share
        grad_items *= share
        return float(share) * loss, grad_users, grad_items

    results = threads(cores).map(compute, np.split(users, ends), parts)

    def wait() -> Gradients:
        loss, grads_users, grad_items = 0.0, [], np.zeros_like(items)
        for part_loss, part_users, part_items in results:  # one after the other, so that few are in memory at once
            loss += part_loss
            grads_users.append(part_users)
            grad_items += part_items
        return loss, np.concatenate(grads_users), grad_items

    return wait


@contextmanager
def cores_for_parts(cores: int | None = None) -> Iterator[None]:
    """Within the block, matrix products leave the `cores`, all by default, to the parts."""
    with blas_threads(max(1, (cores or all_cores()) // PARTS)):
        yield


@contextmanager
def blas_threads(count: int) -> Iterator[None]:
    """Within the block, a matrix product of NumPy or of SciPy, which have a BLAS each, uses at most `count` threads."""
    import scipy.linalg  # noqa: F401  # a BLAS that is loaded later would not be limited

    with ThreadpoolController().limit(limits=count, user_api="blas"):
        yield


def all_cores() -> int:
    """The number of this machine's cores."""
    return os.cpu_count() or 1


@cache
def threads(cores: int | None = None) -> ThreadPoolExecutor:
    """A thread for each part that runs at the same time on `cores`, all by default."""
    return ThreadPoolExecutor(min(PARTS, cores or all_cores()), "part")


if hasattr(os, "register_at_fork"):  # a child has none of the threads, and would wait for them forever
    os.register_at_fork(after_in_child=threads.cache_clear)
