"""Files that users name: the location is checked before the work, and each is written completely or not at all."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from towhee_recsys.errors import RecsysError
from towhee_recsys.support.files import target_of, write_file


class OutputFile:
    """A file to write; `name` is its name in messages, `error` is raised if it cannot be written."""

    def __init__(self, path: str | Path, name: str = "report", error: type[RecsysError] = RecsysError):
        self.path, self._name, self._error = Path(path), name, error

    def check(self) -> None:
        """Checks that the file can be written: its folder exists, and no device or folder is in its place.

        Raises:
            RecsysError: of the class `error`: it cannot.
        """
        with self._translated():
            target, _ = target_of(self.path)
            with tempfile.TemporaryFile(dir=target.parent):
                pass

    def write(self, content: str | Callable[[BinaryIO], object]) -> None:
        """Writes a text in UTF-8, or what a function writes into the open file.

        Raises:
            RecsysError: of the class `error`: it cannot be written; an earlier file stays as it was.
        """
        with self._translated():
            write_file(self.path, content.encode("utf-8", "replace") if isinstance(content, str) else content)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError) as error:  # a ValueError: a NUL in the name
            why = (isinstance(error, OSError) and error.strerror) or error
            missing = isinstance(error, OSError) and error.errno == errno.ENOENT
            cure = "Create it, or name another file." if missing else "Name another file, or fix the permissions."
            raise self._error(f"the {self._name} {self.path} cannot be written: {why}. {cure}") from error
