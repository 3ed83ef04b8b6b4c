"""The rows of a data file: a bad line stops the reading, or is skipped and counted."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from towhee_recsys.data.sources.lines import BadLine, decode, raw_lines
from towhee_recsys.errors import DatasetError

ENCODINGS = ("latin-1", "utf-8")
SKIP = "mend the line, or set dataset.strict: false to skip such lines"
RAISE_LIMIT = "mend the file, or raise dataset.max_bad_share"

logger = logging.getLogger("towhee_recsys.data")

Row = TypeVar("Row")


@dataclass(frozen=True)
class Reading:
    """How files are read: the settings of the same names in `DatasetConfig`.

    Raises:
        DatasetError: a setting is outside its range.
    """

    strict: bool = True
    max_bad_share: float = 0.01
    encoding: str = "latin-1"

    def __post_init__(self) -> None:
        if self.encoding not in ENCODINGS:
            raise DatasetError(f"encoding takes {' or '.join(ENCODINGS)}, not {self.encoding!r}")
        if not 0 <= self.max_bad_share <= 1:
            raise DatasetError(f"max_bad_share takes a number from 0 to 1, not {self.max_bad_share!r}")


class Rows(Generic[Row]):
    """The rows of the file at `path`, as `parse` makes them of its lines: read lazily, to be walked through once.

    `bad` counts the skipped lines by reason; it is complete when the walk has ended.

    Raises, while walked through:
        DatasetError: the file is unreadable or without a good line; a line is bad (strict reading);
            or too many are (lenient reading, known at the end).
    """

    def __init__(self, path: Path, parse: Callable[[str], Row], reading: Reading) -> None:
        self.path, self.parse, self.reading = path, parse, reading
        self.bad: Counter[str] = Counter()
        self._first: dict[str, tuple[int, BadLine]] = {}

    def __iter__(self) -> Iterator[Row]:
        parse, encoding = self.parse, self.reading.encoding
        number, raw = 0, b"\n"
        for number, raw in enumerate(raw_lines(self.path), 1):
            try:
                yield parse(decode(raw, encoding))
            except BadLine as problem:
                self._refuse(number, problem if _ended(raw) or problem.whole else _cut(problem))
        if self.reading.strict and not _ended(raw):
            self._refuse(number, _cut())
        self._close(number)

    def _refuse(self, number: int, problem: BadLine) -> None:
        if self.reading.strict:
            raise DatasetError(f"{self.path}:{number}: {problem.details}; {problem.cure or SKIP}") from None
        self.bad[problem.reason] += 1
        self._first.setdefault(problem.reason, (number, problem))

    def _close(self, lines: int) -> None:
        bad = self.bad.total()
        if lines == 0:
            raise DatasetError(f"{self.path} is empty; copy it again from where it came")
        if bad / lines > self.reading.max_bad_share:
            limit = f"more than dataset.max_bad_share allows ({self.reading.max_bad_share:.2%})"
            raise DatasetError(self._complaint(bad, lines, limit))
        if bad == lines:
            raise DatasetError(self._complaint(bad, lines, "so nothing is left"))
        if bad:
            reasons = ", ".join(f"{count:,} x {reason}" for reason, count in self.bad.most_common())
            summary = f"{self.path.name}: {bad:,} of {lines:,} lines skipped: {reasons}"
            logger.warning("%s", "; ".join([summary, *self._cures()]))

    def _complaint(self, bad: int, lines: int, limit: str) -> str:
        reasons = ", ".join(
            f"{count:,} x {reason} (first in line {self._first[reason][0]:,})"
            for reason, count in self.bad.most_common()
        )
        cure = "; ".join(self._cures()) or RAISE_LIMIT
        return f"{self.path}: {bad:,} of {lines:,} lines are bad ({bad / lines:.2%}), {limit}: {reasons}; {cure}"

    def _cures(self) -> list[str]:
        """What heals more than a line, such as another encoding."""
        return sorted({problem.cure for _, problem in self._first.values() if problem.cure})


def _ended(raw: bytes) -> bool:
    return raw.endswith((b"\n", b"\r"))


def _cut(problem: BadLine | None = None) -> BadLine:
    seen = f", and {problem.details}" if problem else ", so it may be cut"
    return BadLine("cut last line", f"cut last line: it has no newline at its end{seen}")
