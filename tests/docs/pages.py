"""What the tests of pages share: tables and links of Markdown."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def tables(text: str) -> list[list[list[str]]]:
    """The tables, each as its rows of cells; the first row has the titles of the columns."""
    found = re.findall(r"(?:^\|.*\n)+", _without_code(text), re.MULTILINE)
    return [[cells(line) for line in each.splitlines() if not line.startswith("|---")] for each in found]


def cells(line: str) -> list[str]:
    """The cells of a table's line."""
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def links(text: str) -> list[str]:
    """The targets of the links and pictures within the repository."""
    found = re.findall(r"\]\(([^)\s]+)\)", _without_code(text))
    return [target for target in found if not re.match(r"[a-z]+:", target)]


def _without_code(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
