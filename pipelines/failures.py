"""Errors of a pipeline's steps, as its caller gets them."""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import Any

from towhee_recsys.errors import PipelineError, RecsysError
from towhee_recsys.pipelines.declaration import Step


class errors_of:  # noqa: N801 - a context manager without the cost of contextlib's, for every step of every call
    """`with errors_of(step):` raises an error of ours as it is.

    Raises:
        PipelineError: another error was raised in the block; names the step, and has the error as its cause.
    """

    def __init__(self, step: Step | None):
        self._step = step

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if isinstance(error, Exception) and not isinstance(error, RecsysError):
            raise PipelineError(f"{self._step or 'a step'} failed: {_summary(error)}") from error


def abandon(operators: Iterable[Any]) -> None:
    """Calls `abandon()` of the operators that have it: their call has failed."""
    for operator in operators:
        if hasattr(operator, "abandon"):
            operator.abandon()


def _summary(error: Exception) -> str:
    first = str(error).strip().split("\n")[0].removesuffix(", Traceback (most recent call last):")  # of Towhee's texts
    return f"{type(error).__name__}{first and ': ' + first}"
