"""The lines of a data file, one at a time: a bad one stops the reading, or is skipped and counted."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from towhee_recsys.errors import DatasetError

logger = logging.getLogger("towhee_recsys.datasets")

Row = TypeVar("Row")

BOM = b"\xef\xbb\xbf"
ENCODINGS = ("latin-1", "utf-8")
SKIP = "mend the line, or set dataset.strict: false to skip such lines"
SHOWN = 80
"""The longest piece of a line that a message repeats."""


class BadLine(ValueError):  # noqa: N818 - it is a verdict on a line, not yet an error
    """Why a line is refused: the `reason` to count it under, and what a person reads.

    `whole` says that every field is there and has its form, so the line cannot have been cut off.
    """

    def __init__(self, reason: str, details: str, *, cure: str = SKIP, whole: bool = False) -> None:
        super().__init__(details)
        self.reason, self.details, self.cure, self.whole = reason, details, cure, whole


@dataclass(frozen=True)
class Reading:
    """How files are read; the settings of the same names in `DatasetConfig`.

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


def shortened(given: object) -> str:
    """The repr of `given`, at most 80 characters of it."""
    text = repr(given)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def decode(raw: bytes, encoding: str) -> str:
    """The text of a line without its end.

    Raises:
        BadLine: the line is blank, or its bytes are not text in `encoding`.
    """
    line = raw.rstrip(b"\r\n")
    try:
        text = line.decode(encoding)
    except UnicodeDecodeError:
        cure = "set dataset.encoding: latin-1, or save the file as UTF-8"
        raise BadLine("not UTF-8", f"the line is not UTF-8: {shortened(line)}", cure=cure) from None
    if not (text.isascii() and text.isprintable()):
        _refuse_foreign_bytes(line, encoding)
    if not text.strip():
        raise BadLine("blank line", "the line is blank")
    return text


def _refuse_foreign_bytes(line: bytes, encoding: str) -> None:
    if b"\0" in line:
        cure = "save the file as Latin-1 or UTF-8"
        raise BadLine("NUL bytes", f"NUL bytes, as UTF-16 has them, in {shortened(line)}", cure=cure)
    if b"\r" in line:
        raise BadLine("carriage return", f"a carriage return inside of {shortened(line)}")
    if encoding == "latin-1" and not line.isascii() and _is_utf8(line):
        cure = "set dataset.encoding: utf-8"
        raise BadLine("looks like UTF-8", f"read as Latin-1, but looks like UTF-8: {shortened(line)}", cure=cure)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


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
        self._first: dict[str, int] = {}

    def __iter__(self) -> Iterator[Row]:
        parse, encoding = self.parse, self.reading.encoding
        number, raw = 0, b"\n"
        for number, raw in enumerate(_lines(self.path), 1):
            try:
                yield parse(decode(raw, encoding))
            except BadLine as problem:
                self._refuse(number, problem if _ended(raw) or problem.whole else _cut(problem))
        if self.reading.strict and not _ended(raw):
            self._refuse(number, _cut())
        self._close(number)

    def _refuse(self, number: int, problem: BadLine) -> None:
        if self.reading.strict:
            raise DatasetError(f"{self.path}:{number}: {problem.details}; {problem.cure}") from None
        self.bad[problem.reason] += 1
        self._first.setdefault(problem.reason, number)

    def _close(self, lines: int) -> None:
        bad = self.bad.total()
        if lines == 0:
            raise DatasetError(f"{self.path} is empty; copy it again from where it came")
        if bad / lines > self.reading.max_bad_share or bad == lines:
            raise DatasetError(self._too_many(bad, lines))
        if bad:
            reasons = ", ".join(f"{count:,} x {reason}" for reason, count in self.bad.most_common())
            logger.warning("%s: %s of %s lines skipped: %s", self.path.name, f"{bad:,}", f"{lines:,}", reasons)

    def _too_many(self, bad: int, lines: int) -> str:
        reasons = ", ".join(
            f"{count:,} x {reason} (first in line {self._first[reason]})" for reason, count in self.bad.most_common()
        )
        limit = f"more than dataset.max_bad_share allows ({self.reading.max_bad_share:.2%})"
        cure = "mend the file, or raise dataset.max_bad_share"
        if bad == lines:
            limit, cure = "so nothing is left", "mend the file, or look whether dataset.encoding fits it"
        return f"{self.path}: {bad:,} of {lines:,} lines ({bad / lines:.2%}) are bad, {limit}: {reasons}; {cure}"


def _lines(path: Path) -> Iterator[bytes]:
    """The raw lines, without a byte order mark before the first."""
    try:
        with path.open("rb") as file:
            if file.peek(len(BOM)).startswith(BOM):
                file.read(len(BOM))
            yield from file
    except OSError as error:
        raise DatasetError(f"{path} cannot be read: {error.strerror or error}") from error


def _ended(raw: bytes) -> bool:
    return raw.endswith((b"\n", b"\r"))


def _cut(problem: BadLine | None = None) -> BadLine:
    seen = f", and {problem.details}" if problem else ", so it may be cut"
    return BadLine("cut last line", f"cut last line: it has no newline at its end{seen}")
