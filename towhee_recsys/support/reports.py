"""Reports as files: the location is checked before the work, and each is written completely or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from towhee_recsys.errors import RecsysError


class ReportFile:
    """The file of a report; `name` is its name in messages, `error` is raised if it cannot be written."""

    def __init__(self, path: str | Path, name: str = "report", error: type[RecsysError] = RecsysError):
        self.path, self._name, self._error = Path(path), name, error

    def check(self) -> None:
        """Creates the folder and checks that a file can be written there.

        Raises:
            RecsysError: of the class `error`: it cannot.
        """
        with self._translated():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if self.path.is_dir():
                raise IsADirectoryError(None, "it is a folder")
            with tempfile.TemporaryFile(dir=self.path.parent):
                pass

    def write(self, text: str) -> None:
        """Writes `text` in UTF-8.

        Raises:
            RecsysError: of the class `error`: it cannot be written; an earlier file stays as it was.
        """
        from towhee_recsys.support.files import (
            write_atomically,  # with all of bundles, which the work has loaded by now
        )

        content = text.encode("utf-8", "replace")

        def put(fresh: Path) -> None:
            fresh.write_bytes(content)

        with self._translated():
            write_atomically(self.path, put)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            why = error.strerror or error
            raise self._error(
                f"the {self._name} {self.path} cannot be written: {why}. Name another file, or fix the permissions."
            ) from error
