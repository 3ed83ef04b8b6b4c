"""Text that comes from data, made safe for a terminal."""

from __future__ import annotations

import json
import re
from typing import Any

_CONTROLS = r"\x00-\x1f\x7f-\x9f"
_DIRECTIONS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_HOSTILE = re.compile(f"[{_CONTROLS}{_DIRECTIONS}]")


def visible(text: str) -> str:
    r"""`text` on one line, with control characters and changes of the writing direction escaped: `\x1b`, `\u202e`.

    A terminal would obey them: they can hide text, change what was printed before, or set its title.
    """
    return _HOSTILE.sub(_escape, text)


def visible_lines(text: str) -> str:
    """The same for a text of several lines, such as a message."""
    return "\n".join(map(visible, text.split("\n")))


def json_text(value: Any, indent: int | None = None) -> str:
    """`value` as JSON in which such characters are escaped, and other letters stay as they are."""
    lines = json.dumps(value, indent=indent, ensure_ascii=False).split("\n")
    return "\n".join(_HOSTILE.sub(lambda found: f"\\u{ord(found[0]):04x}", line) for line in lines)


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
