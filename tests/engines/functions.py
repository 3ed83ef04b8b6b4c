"""A function for engines to apply; workers import it from here."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from pathlib import Path

from towhee_recsys.errors import QueryError


@dataclass(frozen=True)
class Squared:
    """The square of a number; a number in `refused` is an error, one in `fatal` kills its process the first time."""

    folder: Path
    refused: int = -1
    fatal: int = -1

    def __call__(self, number: int) -> tuple[int, int]:
        if number == self.refused:
            raise QueryError(f"{number} is refused", "number")
        if number == self.fatal and not (mark := self.folder / "killed").exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return number**2, os.getpid()
