"""Reports as files: their place is tried before the work, and they are written whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from towhee_recsys.errors import RecsysError


class ReportFile:
    """The place of a report; `name` is what messages call it, `error` what is raised when it cannot be written."""

    def __init__(self, path: str | Path, name: str = "report", error: type[RecsysError] = RecsysError):
        self.path, self._name, self._error = Path(path), name, error

    def check(self) -> None:
        """Makes the folder and tries it. Raises `error` when no report can be written there."""
        with self._told():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if self.path.is_dir():
                raise IsADirectoryError(None, "it is a folder")
            with tempfile.TemporaryFile(dir=self.path.parent):
                pass

    def write(self, text: str) -> None:
        """Puts `text` there, in UTF-8. Raises `error`, and leaves what was there."""
        from towhee_recsys.support.files import (
            write_atomically,  # with all of bundles, which the work has loaded by now
        )

        content = text.encode("utf-8", "replace")

        def put(fresh: Path) -> None:
            fresh.write_bytes(content)

        with self._told():
            write_atomically(self.path, put)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            why = error.strerror or error
            raise self._error(
                f"the {self._name} {self.path} cannot be written: {why}. Name another file, or mend the rights."
            ) from error
