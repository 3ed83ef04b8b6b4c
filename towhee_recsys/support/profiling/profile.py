"""A profile, from its beginning to its report."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from towhee_recsys.errors import RecsysError
from towhee_recsys.support.profiling.clock import Clock
from towhee_recsys.support.profiling.report import report
from towhee_recsys.support.profiling.sampler import Sampler
from towhee_recsys.support.reports import ReportFile
from towhee_recsys.support.step_timers import EPOCHS, timed_by

log = logging.getLogger(__name__)

STDOUT = "-"

_running = threading.Lock()
"""Held while a profile runs: steps are timed by one clock."""


@contextmanager
def profiled(file: str | Path, title: str = "Profile") -> Iterator[None]:
    """Writes a report to `file`, as text: how this block spent its time; `-` is stdout.

        with profiled("profile.txt"):
            train(config)

    The report has the steps of training and of pipelines by name, with calls and seconds; the time outside of them,
    imports among it; and the functions that took longest, over all threads. A block that fails has a report, too.

    Raises:
        RecsysError: `file` cannot be written, or another profile runs in this process; before the block.
    """
    if str(file) != STDOUT:
        _report_file(file).check()
    if not _running.acquire(blocking=False):
        raise RecsysError(f"the profile {file} cannot start: another one runs in this process. Wait until it ends.")
    try:
        with _timed(file, title):
            yield
    finally:
        _running.release()


@contextmanager
def _timed(file: str | Path, title: str) -> Iterator[None]:
    before, began, clock = time.process_time(), time.perf_counter(), Clock(around={EPOCHS})
    sampler, failed = Sampler(clock), None
    sampler.start()
    try:
        with timed_by(clock):
            yield
    except BaseException as error:
        failed = type(error).__name__
        raise
    finally:
        clock.stop()
        took = time.perf_counter() - began, time.process_time() - before
        sampler.stop()
        _write(file, report(title, clock, sampler, *took, before, failed), bool(failed))


def _write(file: str | Path, text: str, failed: bool) -> None:
    """Writes the report; where the block failed, a file that cannot be written is only logged."""
    if str(file) == STDOUT:
        sys.stdout.write(text)
        return
    try:
        _report_file(file).write(text)
    except RecsysError as error:
        if not failed:
            raise
        log.warning("%s", error)
    else:
        log.warning("the profile is in %s", file)


def _report_file(file: str | Path) -> ReportFile:
    return ReportFile(file, "profile")
