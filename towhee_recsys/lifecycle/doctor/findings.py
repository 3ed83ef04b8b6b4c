"""The findings of checks: one line each, independent of the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from towhee_recsys.errors import RecsysError

State = Literal["ok", "warning", "failed", "not checked"]


@dataclass(frozen=True)
class Finding:
    """The result of one check. `text` is one line; unless the state is ok, it ends with the fix."""

    check: str
    state: State
    text: str


class Concern(Exception):  # noqa: N818
    """Raised by a check for something that works but needs attention."""


class Findings(list[Finding]):
    """The findings so far."""

    def check(self, name: str, look: Callable[[], str], needs: Sequence[str] = ()) -> None:
        """Adds the finding of `look`, unless a check that it `needs` has failed or was not made.

        `look` returns a text, or raises: Concern is a warning, any other exception a failure.
        """
        self.append(self._waits(name, needs) or _looked(name, look))

    def _waits(self, name: str, needs: Sequence[str]) -> Finding | None:
        lacking = [each.check for each in self if each.check in needs and each.state in ("failed", "not checked")]
        return Finding(name, "not checked", f"needs {' and '.join(lacking)}") if lacking else None


def _looked(name: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(name, "ok", look())
    except Concern as concern:
        return Finding(name, "warning", _line(str(concern)))
    except Exception as error:  # no failure may hide what the other checks find
        return Finding(name, "failed", _line(_reason(error)))


def _reason(error: Exception) -> str:
    """Our messages contain no secrets; those of other libraries may."""
    if isinstance(error, RecsysError):
        return str(error)
    if isinstance(error, OSError):
        file, reason = error.filename or "a file", error.strerror or "cannot be read"
        return f"{file}: {reason}. Fix its permissions, or name another file."
    return f"an unexpected {type(error).__name__}. Please report it."


def _line(text: str) -> str:
    return "; ".join(line.strip().removeprefix("- ") for line in text.splitlines() if line.strip())
