"""Markdown that the generated pages are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_CODE = re.compile(r"(`+[^`]+`+)")


def code(text: object) -> str:
    """`text` as code within a line."""
    marks = "``" if "`" in str(text) else "`"
    return f"{marks}{text}{marks}"


def prose(text: str) -> str:
    """`text` of a docstring or a description in one line, without anything that Markdown takes for HTML or a cell."""
    parts = _CODE.split(" ".join(text.split()))
    plain = map(_escaped, parts[::2])
    return "".join(part for pair in zip(plain, [*parts[1::2], ""], strict=True) for part in pair)


def _escaped(text: str) -> str:
    escapes = {"&": "&amp;", "<": "&lt;", "|": "&#124;", "{": "&#123;"}
    return "".join(escapes.get(letter, letter) for letter in text)


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table, or nothing where it would have no rows."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([f"| {' | '.join(titles)} |", "|---" * len(titles) + "|", *lines]) if lines else ""


def fence(language: str, text: str) -> str:
    """A block of code."""
    marks = "````" if "```" in text else "```"
    return f"{marks}{language}\n{text.rstrip()}\n{marks}"


def page(title: str, *parts: str) -> str:
    """A page of its parts; empty ones are left out."""
    return "\n\n".join([f"# {title}", *(part.strip("\n") for part in parts if part.strip())]) + "\n"


def as_python_markdown(text: str) -> str:
    r"""`text` as GitHub reads it, for Python-Markdown: in code in a cell of a table, it wants | instead of \|."""
    return re.sub(r"^\|.*", lambda line: _CODE.sub(lambda code: code[0].replace(r"\|", "|"), line[0]), text, flags=re.M)
