"""Training by several processes of this machine, which Paddle's launcher starts and connects."""

from __future__ import annotations

import logging
import os
import signal
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from typing import Any

from towhee_recsys.errors import TrainingError
from towhee_recsys.model.in_parts import all_cores
from towhee_recsys.model.paddle.quiet import paddle
from towhee_recsys.support.files import remove_unfinished
from towhee_recsys.support.step_timers import timed
from towhee_recsys.training.checkpoint import Checkpoint
from towhee_recsys.training.job import Job
from towhee_recsys.training.shared_arrays import Shared, remove_shared
from towhee_recsys.training.worker import work

log = logging.getLogger(__name__)


def check_workers(workers: int, device: str) -> None:
    """Checks that so many processes can train on this machine, on `device`: cpu or gpu.

    Raises:
        TrainingError: they cannot.
    """
    if workers == 1:
        return
    accepted, what = all_cores(), "its cores"
    if device == "gpu":
        accepted, what = paddle.device.cuda.device_count(), "its GPUs"
    elif not sys.platform.startswith("linux"):  # Paddle's gloo runs there alone
        accepted, what = 1, f"what Paddle supports on {sys.platform} without GPUs"
    if not 1 <= workers <= accepted:
        raise TrainingError(
            f"workers: given {workers}, accepted: 1 to {accepted} on this machine, {what}. Give a number in this range."
        )


@timed("training by workers")
def run_workers(shared: Shared[Job], checkpoint: Checkpoint, workers: int, device: str, progress: bool | None) -> None:
    """Trains from the checkpoint to the last epoch by so many processes on `device`, cpu or gpu.

    The result is the `checkpoint` of that epoch. The file of `shared` is removed.

    Raises:
        TrainingError: a worker was killed or failed, or the loss or a weight is not finite any more.
        OSError: the checkpoint cannot be written.
    """
    level = logging.getLogger("towhee_recsys").getEffectiveLevel()
    try:
        with _no_warnings():
            context = paddle.distributed.spawn(
                work,
                args=(shared, progress, level),
                nprocs=workers,
                join=False,
                daemon=True,
                backend="nccl" if device == "gpu" else "gloo",
            )
        try:
            for number in _ended(context.processes):
                _check_end(context, number, checkpoint)
        finally:
            for process in context.processes:
                process.kill()  # does nothing to one that has ended
            for process in context.processes:
                process.join()
            remove_unfinished(checkpoint.path)  # of the first, if it was writing
    finally:
        remove_shared(shared.path)


@contextmanager
def _no_warnings() -> Iterator[None]:
    """Within the block Paddle does not warn that it runs on the CPU, and processes that start show no warnings."""
    before = os.environ.get("PYTHONWARNINGS")
    os.environ["PYTHONWARNINGS"] = "ignore"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        if before is None:
            del os.environ["PYTHONWARNINGS"]
        else:
            os.environ["PYTHONWARNINGS"] = before


def _ended(processes: Sequence[SpawnProcess]) -> Iterator[int]:
    """The positions of the processes in the order in which they end; of some that end together killed ones first."""
    running = dict(enumerate(processes))
    while running:
        wait([process.sentinel for process in running.values()])
        codes = {number: code for number, process in running.items() if (code := process.exitcode) is not None}
        for number in sorted(codes, key=lambda number: codes[number]):
            del running[number]
            yield number


def _check_end(context: Any, number: int, checkpoint: Checkpoint) -> None:
    """Raises what a worker that has ended returned, or why it returned nothing."""
    process, errors, results = context.processes[number], context.error_queues[number], context.return_queues[number]
    if not process.exitcode:
        if not results.empty() and (error := results.get()):
            raise error
        return
    if not errors.empty():
        log.error("worker %d failed:\n%s", number + 1, errors.get())
    if process.exitcode < 0:
        how = f"was killed by {signal.Signals(-process.exitcode).name}"
        how += ". A system ends processes that take too much memory, and each worker holds the whole model"
    else:
        how = f"failed with the exit code {process.exitcode}; see above why"
    resumes = f"resumes from the checkpoint {checkpoint.path}" if checkpoint.path.exists() else "starts again"
    raise TrainingError(
        f"worker {number + 1} of {len(context.processes)} (process {process.pid}) {how}. "
        f"The same command {resumes}, with as many workers or with fewer."
    )
