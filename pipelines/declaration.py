"""The declaration of a pipeline: Towhee's verbs, their columns and operators."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

VERBS: dict[str, tuple[str, ...]] = {
    "map": (),
    "flat_map": (),
    "filter": ("by",),
    "window": ("size", "step"),
    "window_all": (),
    "time_window": ("timestamp", "size", "step"),
}
"""Towhee's verbs, each with the settings that it needs besides `op`."""


@dataclass(frozen=True)
class Step:
    """One step: Towhee's verb, the columns it reads and writes, and the operator with its arguments."""

    number: int
    verb: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    op: str
    args: dict[str, Any]
    settings: dict[str, Any]

    @property
    def title(self) -> str:
        """The operator's name, without our namespace."""
        return self.op.removeprefix("towhee_recsys/")

    def __str__(self) -> str:
        return f"step {self.number} ({self.op})"


@dataclass
class Declaration:
    """A pipeline as its file declares it. `defaults` are the values of inputs that a call may leave out."""

    inputs: tuple[str, ...] = ()
    defaults: dict[str, Any] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    outputs: tuple[str, ...] = ()
