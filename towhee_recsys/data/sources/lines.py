"""The lines of a data file as text, and why one of them is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from towhee_recsys.errors import DatasetError

BOM = b"\xef\xbb\xbf"
SHOWN = 80
"""The longest piece of a line that a message repeats."""

ONE_RATING = (
    "fix the row, or set dataset.interactions.duplicates to last, first or mean, or dataset.strict: false to skip such "
    "rows"
)
"""The cure for a second rating of an item by the same user."""


class BadLine(ValueError):  # noqa: N818 - it is a verdict on a line, not yet an error
    """Why a line is refused: the `reason` to count it under, what was found in detail, and a `cure` of its own.

    `whole` is true where every field is present and well-formed, so that the line cannot have been cut off.
    """

    def __init__(self, reason: str, details: str, *, cure: str = "", whole: bool = False) -> None:
        super().__init__(details)
        self.reason, self.details, self.cure, self.whole = reason, details, cure, whole


def raw_lines(path: Path) -> Iterator[bytes]:
    """The lines of `path` with their ends, read lazily, without a byte order mark before the first.

    Raises:
        DatasetError: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            if file.peek(len(BOM)).startswith(BOM):
                file.read(len(BOM))
            yield from file
    except OSError as error:
        raise DatasetError(f"{path} cannot be read: {error.strerror or error}") from error


def count_lines(path: Path) -> int:
    """How many lines `raw_lines` gives.

    Raises:
        DatasetError: the file cannot be read.
    """
    return sum(1 for _ in raw_lines(path))


def decode(raw: bytes, encoding: str) -> str:
    """The text of a line without its end.

    Raises:
        BadLine: the line is blank, or its bytes are not text in `encoding`.
    """
    line = raw.rstrip(b"\r\n")
    try:
        text = line.decode(encoding)
    except UnicodeDecodeError:
        cure = "save the file as UTF-8, or set dataset.encoding: latin-1"
        raise BadLine("not UTF-8", f"the line is not UTF-8: {shortened(line)}", cure=cure) from None
    if not (text.isascii() and text.isprintable()):
        _refuse_foreign_bytes(line, encoding)
    if not text.strip():
        raise BadLine("blank line", "the line is blank")
    return text


def shortened(given: object) -> str:
    """The repr of `given`, at most 80 characters of it."""
    text = repr(given)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def _refuse_foreign_bytes(line: bytes, encoding: str) -> None:
    if b"\0" in line:
        cure = "save the file as Latin-1 or UTF-8"
        raise BadLine("NUL bytes", f"NUL bytes, as UTF-16 has them, in {shortened(line)}", cure=cure)
    if b"\r" in line:
        raise BadLine("carriage return", f"a carriage return inside of {shortened(line)}")
    if encoding == "latin-1" and not line.isascii() and _is_utf8(line):
        cure = "set dataset.encoding: utf-8"
        raise BadLine(
            "looks like UTF-8", f"the line is read as Latin-1 but looks like UTF-8: {shortened(line)}", cure=cure
        )


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
