"""The standard streams of a command, which may be closed, full, or without a reader."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from towhee_recsys.errors import RecsysError


class OutputError(RecsysError):
    """The result of a command cannot be written to stdout."""


def replace_closed_streams() -> None:
    """Puts the null device in the place of closed streams, so that no file that is opened gets their numbers."""
    for number, (name, mode) in enumerate([("stdin", "r"), ("stdout", "w"), ("stderr", "w")]):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # it gets the lowest number that is free
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, mode, closefd=False))


@contextmanager
def writing_to_stdout() -> Iterator[None]:
    """Flushes stdout at the end of the block, which only writes to it.

    Raises:
        OutputError: stdout takes no more, such as a full disk.
        BrokenPipeError: the reader of stdout has closed it.
    """
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(
            f"the result cannot be written to stdout: {error.strerror or error}. Free space, or send it elsewhere."
        ) from error


def discard_unwritten() -> None:
    """Discards what stdout could not take: Python would try again at its end, and print a traceback."""
    try:
        sys.stdout.flush()
    except OSError:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)
