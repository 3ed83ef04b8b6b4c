"""What went wrong in a call of a pipeline, as the caller is told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn

from towhee_recsys.errors import PipelineError, RecsysError
from towhee_recsys.pipelines.declaration import Step


def raise_failure(step: Step | None, error: BaseException) -> NoReturn:
    """Raises what a step raised: an error of ours as it is, another as a PipelineError that names the step."""
    if isinstance(error, RecsysError):
        raise error
    text = str(error).strip().split("\n")[0].removesuffix(", Traceback (most recent call last):")
    raise PipelineError(f"{step or 'a step'} failed: {type(error).__name__}{text and ': ' + text}") from error


def abandon(operators: Iterable[Any]) -> None:
    """Tells those operators that want to know it that their call has failed."""
    for operator in operators:
        if hasattr(operator, "abandon"):
            operator.abandon()


def step_of(node: str, steps: list[Step]) -> Step | None:
    """The step that Towhee's node of that name runs; None for its own nodes."""
    number = node.rpartition("-")[2]
    return next((step for step in steps if number.isdecimal() and step.number == int(number) + 1), None)
