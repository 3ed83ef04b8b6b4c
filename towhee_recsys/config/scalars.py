"""The value of an unquoted YAML scalar: the YAML 1.2 core schema, with decimal numbers only.

`NO` and `12:30` stay text, `010` is ten and `1e-3` is a number.
"""

from __future__ import annotations

import re

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_LONGEST_INT = 100


def scalar(text: str) -> str | int | float | bool | None:
    """The value of `text`, as YAML reads it where it is not in quotes."""
    if text in _WORDS:
        return _WORDS[text]
    # Python refuses to read an integer of thousands of digits; as a float it meets the range check of its setting.
    if len(text) <= _LONGEST_INT and _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return float(text.replace(".", "")) if _NOT_FINITE.fullmatch(text) else text
