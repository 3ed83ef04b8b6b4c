"""Errors of a pipeline's steps, as its caller gets them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from towhee_recsys.errors import PipelineError, RecsysError
from towhee_recsys.pipelines.declaration import Step


@contextmanager
def errors_of(step: Step | None) -> Iterator[None]:
    """An error of ours passes as it is.

    Raises:
        PipelineError: another error was raised in the block; names the step, and has the error as its cause.
    """
    try:
        yield
    except RecsysError:
        raise
    except Exception as error:
        raise PipelineError(f"{step or 'a step'} failed: {_summary(error)}") from error


def abandon(operators: Iterable[Any]) -> None:
    """Calls `abandon()` of the operators that have it: their call has failed."""
    for operator in operators:
        if hasattr(operator, "abandon"):
            operator.abandon()


def _summary(error: Exception) -> str:
    first = str(error).strip().split("\n")[0].removesuffix(", Traceback (most recent call last):")  # of Towhee's texts
    return f"{type(error).__name__}{first and ': ' + first}"
