"""What each of the processes does that train one model together."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import parent_process
from multiprocessing.connection import wait

from towhee_recsys.errors import RecsysError
from towhee_recsys.model.in_parts import all_cores
from towhee_recsys.model.paddle.quiet import paddle
from towhee_recsys.training.fit import resume, run_epochs
from towhee_recsys.training.job import Job
from towhee_recsys.training.shared_arrays import Shared
from towhee_recsys.training.worker_group import WorkerGroup


def work(shared: Shared[Job], progress: bool | None, log_level: int) -> Exception | None:
    """Trains from the checkpoint to the last epoch, of which the first worker writes a checkpoint in any case.

    Returns what stopped it, if anything did: the process that started it raises that.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this one, which ends it
    _end_with_parent()
    try:
        group = _joined()
        logging.basicConfig(level=log_level if group.is_first else logging.CRITICAL, format="%(message)s", force=True)
        job = shared.read()
        trainer, checkpoint = job.trainer(group), job.checkpoint()
        resume(trainer, checkpoint)
        run_epochs(trainer, checkpoint, progress=progress if group.is_first else False)
        if group.is_first and checkpoint.epoch < len(trainer.history):
            checkpoint.write(trainer.state())
    except (RecsysError, OSError) as error:
        return error
    return None


def _joined() -> WorkerGroup:
    """Connects this process with the others that Paddle has started."""
    with _no_stderr():
        paddle.distributed.init_parallel_env()
    size = paddle.distributed.get_world_size()
    return WorkerGroup(paddle.distributed.get_rank(), size, max(1, all_cores() // size))


def _end_with_parent() -> None:
    """Ends this process when the one that started it is gone, even by SIGKILL: nothing else would end it."""
    parent = parent_process()
    assert parent, "workers are started by another process"

    def end() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=end, daemon=True).start()


@contextmanager
def _no_stderr() -> Iterator[None]:
    """Within the block nothing is written to stderr: Paddle's C++ code lists its flags and connections there."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
