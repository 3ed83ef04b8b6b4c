"""An objective on all cores: the users of a block in equal parts, each with all its items."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache, reduce

import numpy as np
from threadpoolctl import ThreadpoolController

from towhee_recsys.model.blocks import Block
from towhee_recsys.model.objectives import Gradients, Objective

PARTS = 4
"""The same on every machine, so that sums are rounded alike."""


def in_parts(objective: Objective, users: np.ndarray, items: np.ndarray, block: Block) -> Callable[[], Gradients]:
    """Begins `objective(users, items, block)` in other threads; gives what waits for it, the same up to rounding.

    Most of an objective are passes over a matrix of users by items, of which NumPy makes each on one core.
    """
    parts = block.parts(PARTS)
    ends = np.cumsum([len(part.users) for part in parts])[:-1]

    def ask(own: np.ndarray, part: Block) -> Gradients:
        loss, by_users, by_items = objective(own, items, part)
        share = np.float32(len(own) / len(users))
        by_users *= share
        by_items *= share
        return float(share) * loss, by_users, by_items

    answers = _threads().map(ask, np.split(users, ends), parts)

    def joined() -> Gradients:
        losses, by_users, by_items = zip(*answers, strict=True)
        return sum(losses), np.concatenate(by_users), reduce(np.add, by_items)

    return joined


@contextmanager
def cores_for_parts() -> Iterator[None]:
    """Meanwhile NumPy's matrix products leave the cores to the parts."""
    with _blas().limit(limits=max(1, _cores() // PARTS), user_api="blas"):
        yield


def _cores() -> int:
    return os.cpu_count() or 1


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(min(PARTS, _cores()), "objective")


if hasattr(os, "register_at_fork"):  # a child has none of the threads, and would wait for them
    os.register_at_fork(after_in_child=_threads.cache_clear)


@cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController()
