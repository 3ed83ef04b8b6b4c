"""The fields of a line: each check gives the value, or a `BadLine` that says what is wrong with it."""

from __future__ import annotations

import math
import re
from collections.abc import Container, Iterable
from typing import TypeVar

from towhee_recsys.data.sources.lines import BadLine, shortened

SEPARATOR = "::"
OTHER_SEPARATORS = (",", ";", "\t")
NOT_CSV = "write `::` between the fields, or declare the file as a table of your own, as docs/how-to/data.md shows"
NO_GENRES = "(no genres listed)"
LARGEST, DIGITS = 2**63 - 1, 19
"""The largest id or timestamp: what an int64 column holds; and its digits."""

_PLAIN = re.compile(r"[-+.0-9a-zA-Z]+")
"""What Python's float() also takes is left out: blanks, underscores and the digits of other scripts."""

_TITLE_AND_YEAR = re.compile(r"(.*\S)\s*\(([0-9]{4})\)")

Name = TypeVar("Name", bound=int | str)


def split(line: str, names: tuple[str, ...]) -> list[str]:
    """The fields of `line`, exactly one for each of `names`."""
    found = line.split(SEPARATOR)
    if len(found) != len(names):
        raise _wrong_number(line, len(found), names)
    return found


def _wrong_number(line: str, found: int, names: tuple[str, ...]) -> BadLine:
    wanted = f"{len(names)} ({', '.join(names)})"
    others = [separator for separator in OTHER_SEPARATORS if line.count(separator) >= len(names) - 1]
    if found == 1 and others:
        details = f"`::` expected between {wanted} fields, but this looks like CSV: {shortened(line)}"
        return BadLine("looks like CSV", details, cure=NOT_CSV)
    reason = "missing fields" if found < len(names) else "too many fields"
    return BadLine(reason, f"{reason}: {found} instead of {wanted} in {shortened(line)}")


def whole(text: str, name: str) -> int:
    """A whole number from 0 to 2**63 - 1, in plain digits."""
    if not (text.isascii() and text.isdigit()):
        raise _not_whole(text, name)
    if len(text) < DIGITS:
        return int(text)
    digits = text.lstrip("0").rjust(1, "0")
    if len(digits) > DIGITS or int(digits) > LARGEST:
        raise BadLine(f"{name} too large", f"{name} {shortened(text)} is larger than 2**63 - 1")
    return int(digits)


def _not_whole(text: str, name: str) -> BadLine:
    if not text:
        return BadLine(f"empty {name}", f"the {name} is empty")
    if text.isascii() and text[0] == "-" and text[1:].isdigit():
        return BadLine(f"negative {name}", f"{name} {shortened(text)} is negative")
    return BadLine(f"{name} not a number", f"{name} {shortened(text)} is not a whole number")


def rating(text: str, lowest: float, highest: float) -> float:
    """A finite decimal number from `lowest` to `highest`."""
    try:
        value = float(text if _PLAIN.fullmatch(text) else "no number")
    except ValueError:
        raise BadLine("rating not a number", f"rating {shortened(text)} is not a number") from None
    if not math.isfinite(value):
        raise BadLine("rating not finite", f"rating {shortened(text)} is not a finite number", whole=True)
    if not lowest <= value <= highest:
        scale = f"dataset.interactions.scale, {lowest:g} to {highest:g}"
        raise BadLine("rating out of scale", f"rating {shortened(text)} is out of {scale}", whole=True)
    return value


def title_and_year(text: str) -> tuple[str, int | None]:
    """`Heat (1995)` to `("Heat", 1995)`; the year is None where the title does not end in one."""
    title = text.strip()
    if not title:
        raise BadLine("empty title", "the title is empty")
    found = _TITLE_AND_YEAR.fullmatch(title)
    return (found[1], int(found[2])) if found else (title, None)


def genres(text: str) -> list[str]:
    """`Action|Crime` to `["Action", "Crime"]`; `(no genres listed)` to an empty list."""
    if text == NO_GENRES:
        return []
    names = text.split("|")
    if not all(name.strip() for name in names):
        raise BadLine("empty genre", f"an empty genre in {shortened(text)}, where none is written as {NO_GENRES!r}")
    return names


def one_of(given: Name, names: Iterable[int | str], name: str) -> Name:
    """`given` if it is among the accepted `names`."""
    if given not in names:
        accepted = ", ".join(map(str, names))
        raise BadLine(f"unknown {name}", f"{name} {shortened(given)} is not one of {accepted}", whole=True)
    return given


def known(given: int, ids: Container[int], name: str) -> int:
    """`given` if it is one of `ids`, those of the users or of the movies."""
    if given not in ids:
        raise BadLine(f"unknown {name}", f"unknown {name}: {given} is not in {name}s.dat", whole=True)
    return given
