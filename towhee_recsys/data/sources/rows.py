"""The rows of a file with one row a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Generic, TypeVar

from towhee_recsys.data.sources.bad_rows import BadRows, Reading
from towhee_recsys.data.sources.lines import BadLine, decode, raw_lines

Row = TypeVar("Row")


class Rows(Generic[Row]):
    """The rows of the file at `path`, as `parse` makes them of its lines: read lazily, and only once.

    `bad` counts the skipped lines by reason; it is complete when the iteration has ended.

    Raises, during the iteration:
        DatasetError: the file is unreadable or without a good line; a line is bad (strict reading);
            or too many are (lenient reading, known at the end).
    """

    def __init__(self, path: Path, parse: Callable[[str], Row], reading: Reading) -> None:
        self.path, self.parse, self.reading = path, parse, reading
        self._bad = BadRows(str(path), reading)

    @property
    def bad(self) -> Counter[str]:
        """The skipped lines by reason."""
        return self._bad.counts

    @property
    def warning(self) -> str:
        """What was logged about them; "" where there are none."""
        return self._bad.warning

    def __iter__(self) -> Iterator[Row]:
        parse, encoding = self.parse, self.reading.encoding
        number, raw = 0, b"\n"
        for number, raw in enumerate(raw_lines(self.path), 1):
            try:
                yield parse(decode(raw, encoding))
            except BadLine as problem:
                self._bad.refuse(problem if _ended(raw) or problem.whole else _cut(problem), number)
        if self.reading.strict and not _ended(raw):
            self._bad.refuse(_cut(), number)
        self._bad.close(number)


def _ended(raw: bytes) -> bool:
    return raw.endswith((b"\n", b"\r"))


def _cut(problem: BadLine | None = None) -> BadLine:
    seen = f", and {problem.details}" if problem else ", so it may be cut"
    return BadLine("cut last line", f"cut last line: it has no newline at its end{seen}")
